import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export type ReceivedRequest = {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: string;
};

export type LocalServer = {
  origin: string;
  received: ReceivedRequest[];
  /** Takes every request to here, whatever its host; path and query stay. */
  fetch: typeof globalThis.fetch;
  close: () => Promise<void>;
};

type Answer = { status?: number; headers?: Record<string, string>; body?: string | Buffer };

/** A real server that remembers what it got. */
export const startLocalServer = async (answer: (request: ReceivedRequest) => Answer): Promise<LocalServer> => {
  const received: ReceivedRequest[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const one = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, body };
    received.push(one);
    const { status = 200, headers = { 'content-type': 'application/json' }, body: text = '' } = answer(one);
    response.writeHead(status, headers).end(text);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    received,
    fetch: (input, init) => {
      const { pathname, search } = new URL(input instanceof Request ? input.url : input);
      return globalThis.fetch(`${origin}${pathname}${search}`, init);
    },
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
};
