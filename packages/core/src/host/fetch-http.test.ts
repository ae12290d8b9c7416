import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { fetchHttp } from './fetch-http.ts';

const servers: ReturnType<typeof createServer>[] = [];

const serve = async (listener: RequestListener): Promise<string> => {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

const get = (url: string, { timeoutMs = 5_000, signal = new AbortController().signal } = {}) =>
  fetchHttp(fetch)(
    { method: 'GET', url, headers: {}, timeoutMs },
    { nodeId: 'a', iteration: '', attempt: 1, index: 0, signal },
  );

describe('fetchHttp', () => {
  it('sends the request and reads text', async () => {
    const url = await serve((request, response) => {
      response.writeHead(201, { 'content-type': 'application/json' });
      request.on('data', (body) => response.write(`${request.method} ${request.headers['x-key']} ${body} ü`));
      request.on('end', () => response.end());
    });
    const call = { nodeId: 'a', iteration: '', attempt: 1, index: 0, signal: new AbortController().signal };
    const request = { method: 'POST' as const, url, headers: { 'x-key': 'k' }, body: '{"a":1}', timeoutMs: 5_000 };
    expect(await fetchHttp(fetch)(request, call)).toMatchObject({
      status: 201,
      headers: { 'content-type': 'application/json' },
      body: 'POST k {"a":1} ü',
      encoding: 'utf8',
    });
  });

  it('gives bytes that are no text as base64', async () => {
    const url = await serve((_, response) => response.end(Buffer.from([0xff, 0xd8, 0x00])));
    expect(await get(url)).toMatchObject({ body: '/9gA', encoding: 'base64' });
  });

  it('follows redirects and says where it ended', async () => {
    const url = await serve((request, response) => {
      if (request.url === '/end') response.end('here');
      else response.writeHead(302, { location: '/end' }).end();
    });
    expect(await get(`${url}/start`)).toMatchObject({ status: 200, body: 'here', url: `${url}/end` });
  });

  it('ends a request that nobody answers', async () => {
    const url = await serve(() => undefined);
    await expect(get(`${url}/slow?key=secret`, { timeoutMs: 100 })).rejects.toMatchObject({
      data: { code: 'http_failed', message: `GET ${url}/slow did not answer within 0.1 s.` },
    });
  });

  it('ends with the signal', async () => {
    const url = await serve(() => undefined);
    const cancel = new AbortController();
    const answer = get(url, { signal: cancel.signal });
    cancel.abort(new Error('cancelled'));
    await expect(answer).rejects.toThrow('cancelled');
  });

  it('stops reading what is too large', async () => {
    const url = await serve((_, response) => response.end(Buffer.alloc(5_000_001, 'x')));
    await expect(get(url)).rejects.toMatchObject({ data: { code: 'output_too_large' } });
  });

  it('says why an address cannot be reached', async () => {
    await expect(get('http://127.0.0.1:1/')).rejects.toMatchObject({
      data: { code: 'http_failed', message: /ECONNREFUSED|bad port/ },
    });
  });
});
