import { createServer } from 'node:net';
import { StopError } from '../lib/stop-error.ts';

/** Throws a `StopError` that says what to do when somebody listens there. */
export const mustBeFree = async (name: string, port: number): Promise<void> => {
  const problem = await whyNot(port);
  if (!problem) return;
  const reason = problem === 'EADDRINUSE' ? 'another program listens there' : problem;
  throw new StopError(
    `Port ${port} cannot be used: ${reason}.\nStop that program, or choose another port: ${name}=${port + 100} npm start`,
  );
};

/** The first free port from `wished` on. */
export const findPort = async (wished: number): Promise<number> => {
  for (let port = wished; port < wished + 200 && port <= 65_535; port += 1) {
    if (!(await whyNot(port))) return port;
  }
  throw new StopError(`No port is free from ${wished} on. Name one: EXECUTOR_PORT=… npm start`);
};

/** Tries the address of every interface and the loopback one: on some systems only one of them is refused. */
const whyNot = async (port: number): Promise<string | undefined> =>
  (await tryListen(port, undefined)) ?? (await tryListen(port, '127.0.0.1'));

const tryListen = (port: number, host: string | undefined): Promise<string | undefined> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
