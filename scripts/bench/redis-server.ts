import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

export type RedisServer = { url: string; pid: number | undefined; stop: () => Promise<void> };

/** Whether one can be started here. */
export const hasRedis = async (): Promise<boolean> => {
  const child = spawn('redis-server', ['--version'], { stdio: 'ignore' });
  return Promise.race([once(child, 'error').then(() => false), once(child, 'exit').then(([code]) => code === 0)]);
};

/** One of its own that keeps nothing. */
export const startRedis = async (): Promise<RedisServer> => {
  const port = await freePort();
  const child = spawn('redis-server', ['--port', `${port}`, '--save', '', '--bind', '127.0.0.1'], { stdio: 'ignore' });
  return {
    url: `redis://127.0.0.1:${port}`,
    pid: child.pid,
    stop: async () => {
      const exited = once(child, 'exit');
      child.kill();
      await exited;
    },
  };
};

export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('No port was free.');
  return address.port;
};
