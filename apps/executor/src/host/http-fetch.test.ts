import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { createEgressAgent } from '@agentweaver/core/egress/egress-agent';
import type { Resolve } from '@agentweaver/core/egress/guarded-lookup';
import { ExecutionError } from '@agentweaver/core/engine/execution-errors';
import { httpRequestSchema } from '@agentweaver/core/host/host';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { httpFetch } from './http-fetch.ts';

let servers: Server[] = [];
let closers: (() => Promise<void>)[] = [];

const serve = async (listener: RequestListener): Promise<number> => {
  const server = createServer(listener).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
};

beforeEach(() => {
  servers = [];
  closers = [];
});
afterEach(async () => {
  for (const close of closers) await close();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

type Options = { open?: string[]; resolve?: Resolve; allowedHosts?: string[]; maxBytes?: number; signal?: AbortSignal };

const request = async (url: string, init: Record<string, unknown> = {}, options: Options = {}) => {
  const privateHosts = (options.open ?? []).map((entry) => {
    const url = new URL(`http://${entry}`);
    return { host: url.hostname, port: Number(url.port) };
  });
  const agent = createEgressAgent({ privateHosts, resolve: options.resolve });
  closers.push(() => agent.destroy());
  return httpFetch(httpRequestSchema.parse({ method: 'GET', url, timeoutMs: 5_000, ...init }), {
    agent,
    rules: { privateHosts, allowedHosts: options.allowedHosts ?? [] },
    signal: options.signal ?? new AbortController().signal,
    maxBytes: options.maxBytes,
  });
};

const failure = async (promise: Promise<unknown>): Promise<ExecutionError> => {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ExecutionError)) throw new Error(`expected an ExecutionError, got ${String(error)}`);
  return error;
};

describe('the guard', () => {
  test('refuses a private address by its name, at connect time', async () => {
    let hits = 0;
    const port = await serve((_request, response) => response.end(String(++hits)));
    const resolve: Resolve = async () => [{ address: '127.0.0.1', family: 4 }];
    const error = await failure(request(`http://rebound.example:${port}/`, {}, { resolve }));
    expect(error.data.code).toBe('egress_denied');
    expect(error.data.message).toContain('rebound.example');
    expect(hits).toBe(0);
  });

  test('asks once per socket and connects to that very answer', async () => {
    // The first answer is public, each later one is not: a guard that looked twice would be fooled.
    let lookups = 0;
    const resolve: Resolve = async () => [{ address: ++lookups === 1 ? '192.0.2.1' : '127.0.0.1', family: 4 }];
    const error = await failure(request('http://flip.example/', {}, { resolve }));
    expect(error.data.code).toBe('egress_denied');
    expect(lookups).toBe(1);
  });

  test('connects to none of the private addresses in a mixed answer', async () => {
    const port = await serve((_request, response) => response.end('inside'));
    const resolve: Resolve = async () => [
      { address: '127.0.0.1', family: 4 },
      { address: '::1', family: 6 },
    ];
    expect((await failure(request(`http://mixed.example:${port}/`, {}, { resolve }))).data.code).toBe('egress_denied');
  });

  test('checks each redirect', async () => {
    let inside = 0;
    const closed = await serve((_request, response) => response.end(String(++inside)));
    const open = await serve((_request, response) =>
      response.writeHead(302, { location: `http://127.0.0.1:${closed}/secret` }).end(),
    );
    const error = await failure(request(`http://127.0.0.1:${open}/`, {}, { open: [`127.0.0.1:${open}`] }));
    expect(error.data.code).toBe('egress_denied');
    expect(inside).toBe(0);
  });

  test('checks the allow-list on redirects as well', async () => {
    const other = await serve((_request, response) => response.end('other'));
    const first = await serve((_request, response) =>
      response.writeHead(307, { location: `http://opened.internal:${other}/` }).end(),
    );
    const resolve: Resolve = async () => [{ address: '127.0.0.1', family: 4 }];
    const open = [`127.0.0.1:${first}`, `opened.internal:${other}`];
    const options = { open, resolve, allowedHosts: ['127.0.0.1'] };
    expect((await failure(request(`http://127.0.0.1:${first}/`, {}, options))).data.message).toContain('allowed hosts');
    expect((await request(`http://127.0.0.1:${first}/`, {}, { open, resolve })).body).toBe('other');
  });
});

describe('requests', () => {
  const collect = async (message: IncomingMessage): Promise<string> => {
    let text = '';
    for await (const chunk of message) text += String(chunk);
    return text;
  };

  test('carry method, headers and body; the answer comes back whole', async () => {
    const port = await serve(async (message, response) => {
      const body = await collect(message);
      response.writeHead(418, { 'x-answer': '42', 'content-type': 'application/json' });
      response.end(
        JSON.stringify({
          method: message.method,
          custom: message.headers['x-custom'],
          host: message.headers.host,
          body,
        }),
      );
    });
    const answer = await request(
      `http://127.0.0.1:${port}/`,
      { method: 'POST', headers: { 'X-Custom': 'yes', Host: 'forged.example' }, body: 'hello' },
      { open: [`127.0.0.1:${port}`] },
    );
    expect(answer).toMatchObject({ status: 418, encoding: 'utf8', url: `http://127.0.0.1:${port}/` });
    expect(answer.headers['x-answer']).toBe('42');
    expect(JSON.parse(answer.body)).toEqual({
      method: 'POST',
      custom: 'yes',
      host: `127.0.0.1:${port}`,
      body: 'hello',
    });
  });

  test('leave credentials behind when a redirect crosses origins, and keep them inside one', async () => {
    const seen: Record<string, unknown>[] = [];
    const second = await serve((message, response) => {
      seen.push({ ...message.headers });
      response.end();
    });
    const first = await serve((message, response) => {
      if (message.url === '/') return response.writeHead(302, { location: '/again' }).end();
      seen.push({ ...message.headers });
      response.writeHead(302, { location: `http://127.0.0.1:${second}/` }).end();
    });
    const headers = { Authorization: 'Bearer x', Cookie: 'a=b', 'X-Api-Key': 'k', 'X-Plain': 'p' };
    await request(`http://127.0.0.1:${first}/`, { headers }, { open: [`127.0.0.1:${first}`, `127.0.0.1:${second}`] });
    expect(seen[0]).toMatchObject({ authorization: 'Bearer x', cookie: 'a=b', 'x-api-key': 'k', 'x-plain': 'p' });
    expect(seen[1]).toMatchObject({ 'x-plain': 'p' });
    expect(Object.keys(seen[1] ?? {})).not.toEqual(expect.arrayContaining(['authorization']));
    expect(seen[1]).not.toHaveProperty('cookie');
    expect(seen[1]).not.toHaveProperty('x-api-key');
  });

  test.each([
    [303, 'POST', 'GET', ''],
    [302, 'POST', 'GET', ''],
    [307, 'POST', 'POST', 'payload'],
    [308, 'PUT', 'PUT', 'payload'],
  ])('follow a %i after %s with %s', async (status, method, expected, expectedBody) => {
    const port = await serve(async (message, response) => {
      if (message.url === '/') return response.writeHead(status, { location: '/next' }).end();
      response.end(`${message.method} ${await collect(message)}`);
    });
    const answer = await request(
      `http://127.0.0.1:${port}/`,
      { method, body: 'payload' },
      { open: [`127.0.0.1:${port}`] },
    );
    expect(answer.body).toBe(`${expected} ${expectedBody}`);
    expect(answer.url).toBe(`http://127.0.0.1:${port}/next`);
  });

  test('stop after five redirects', async () => {
    let hits = 0;
    const port = await serve((_message, response) => response.writeHead(302, { location: `/${++hits}` }).end());
    const error = await failure(request(`http://127.0.0.1:${port}/`, {}, { open: [`127.0.0.1:${port}`] }));
    expect(error.data.message).toContain('more than 5 times');
    expect(hits).toBe(6);
  });
});

describe('limits', () => {
  test('a body over the limit is refused, declared or not, compressed or not', async () => {
    const port = await serve((message, response) => {
      if (message.url === '/declared') return response.writeHead(200, { 'content-length': 5_000_000 }).write('x');
      if (message.url === '/bomb')
        return response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(3_000_000)));
      for (let part = 0; part < 30; part += 1) response.write(Buffer.alloc(100_000, 'x'));
      response.end();
    });
    const options = { open: [`127.0.0.1:${port}`], maxBytes: 1_000_000 };
    for (const path of ['declared', 'streamed', 'bomb']) {
      expect((await failure(request(`http://127.0.0.1:${port}/${path}`, {}, options))).data.code, path).toBe(
        'output_too_large',
      );
    }
  });

  test('a server that says nothing is given up on', async () => {
    const port = await serve(() => undefined);
    const error = await failure(
      request(`http://127.0.0.1:${port}/`, { timeoutMs: 150 }, { open: [`127.0.0.1:${port}`] }),
    );
    expect(error.data.message).toContain('within 150 ms');
  });

  test('a cancelled request ends with the reason of the cancel', async () => {
    const port = await serve(() => undefined);
    const controller = new AbortController();
    const reason = new Error('cancelled');
    const pending = request(
      `http://127.0.0.1:${port}/`,
      {},
      { open: [`127.0.0.1:${port}`], signal: controller.signal },
    );
    controller.abort(reason);
    await expect(pending).rejects.toBe(reason);
  });
});

describe('answers', () => {
  test('are text in their charset, and base64 when they are not text', async () => {
    const port = await serve((message, response) => {
      if (message.url === '/latin')
        return response.writeHead(200, { 'content-type': 'text/plain; charset=iso-8859-1' }).end(Buffer.from([0xe9]));
      if (message.url === '/gzip')
        return response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('unfolded'));
      response.end(Buffer.from([0xff, 0xfe, 0x00, 0x01]));
    });
    const open = [`127.0.0.1:${port}`];
    expect(await request(`http://127.0.0.1:${port}/latin`, {}, { open })).toMatchObject({
      body: 'é',
      encoding: 'utf8',
    });
    expect(await request(`http://127.0.0.1:${port}/gzip`, {}, { open })).toMatchObject({ body: 'unfolded' });
    expect(await request(`http://127.0.0.1:${port}/binary`, {}, { open })).toMatchObject({
      body: '//4AAQ==',
      encoding: 'base64',
    });
  });

  test('a closed port fails in words', async () => {
    const port = await serve(() => undefined);
    await new Promise((closed) => servers[0]?.close(closed));
    const error = await failure(request(`http://127.0.0.1:${port}/`, {}, { open: [`127.0.0.1:${port}`] }));
    expect(error.data).toMatchObject({ code: 'http_failed', message: `127.0.0.1:${port} refused the connection.` });
  });

  test('an address that is none fails in words', async () => {
    expect((await failure(request('nonsense'))).data).toMatchObject({
      code: 'http_failed',
      message: expect.stringContaining('not a URL'),
    });
  });

  test('a name that does not exist fails in words', async () => {
    const resolve: Resolve = async () => {
      throw Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' });
    };
    expect((await failure(request('http://nowhere.example/', {}, { resolve }))).data.message).toContain(
      'nowhere.example',
    );
  });
});
