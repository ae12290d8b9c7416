import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { runNode } from '../testing/run-node.ts';

let server: Server | undefined;
afterEach(() => new Promise((done) => (server ? server.close(done) : done(undefined))));

type Received = { method: string; url: string; headers: IncomingMessage['headers']; body: string };

/** A real server that remembers what it got. */
const serve = async (status: number, headers: Record<string, string>, body: string | Buffer) => {
  const received: Received[] = [];
  server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    received.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body: text });
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((done) => server?.listen(0, '127.0.0.1', done));
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
};

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };

describe('a request', () => {
  it('carries method, query, headers and a JSON body', async () => {
    const { origin, received } = await serve(201, JSON_TYPE, '{"id":7}');
    const config = {
      method: 'POST',
      url: `${origin}/items/{{ input.kind }}?fixed=1`,
      query: [{ name: 'q', value: 'a b&{{ input.kind }}' }],
      headers: [{ name: 'X-Note', value: 'line{{ "\\n" }}break' }],
      body: '{{ { "name": input.kind } }}',
    };
    const { output, logs } = await runNode('http_request', { config, input: { kind: 'tram' } });
    expect(output).toMatchObject({ status: 201, body: { id: 7 } });
    expect(received[0]).toMatchObject({
      method: 'POST',
      url: '/items/tram?fixed=1&q=a+b%26tram',
      body: '{"name":"tram"}',
    });
    expect(received[0]?.headers).toMatchObject({ 'content-type': 'application/json', 'x-note': 'line break' });
    expect(logs).toEqual([{ level: 'info', message: `POST ${origin}/items/tram answered 201.` }]);
  });

  it('sends no body with GET, and text as it is', async () => {
    const { origin, received } = await serve(200, { 'content-type': 'text/plain' }, 'hi');
    expect((await runNode('http_request', { config: { url: origin, body: 'unused' } })).output).toMatchObject({
      body: 'hi',
    });
    await runNode('http_request', { config: { method: 'PUT', url: origin, body: 'plain {{ input }}' }, input: 'text' });
    expect(received.map(({ body }) => body)).toEqual(['', 'plain text']);
  });

  it('carries the credential that it names, and nothing of it is in the output', async () => {
    const { origin, received } = await serve(200, JSON_TYPE, '{}');
    const config = { url: origin, credential: 'shop', headers: [{ name: 'Authorization', value: 'mine' }] };
    const host = { credentials: { shop: (url: URL) => ({ Authorization: `Bearer for ${url.hostname}` }) } };
    const result = await runNode('http_request', { config, host });
    expect(received[0]?.headers.authorization).toBe('Bearer for 127.0.0.1');
    expect(JSON.stringify(result)).not.toContain('Bearer');
    await expect(runNode('http_request', { config: { ...config, credential: 'other' }, host })).rejects.toMatchObject({
      data: { code: 'credential_failed', message: 'There is no credential named “other”.' },
    });
  });

  it('keeps a content type that the workflow sets', async () => {
    const { origin, received } = await serve(200, {}, '');
    const headers = [{ name: 'Content-Type', value: 'application/vnd.api+json' }];
    await runNode('http_request', { config: { method: 'POST', url: origin, headers, body: '{"a":1}' } });
    expect(received[0]?.headers['content-type']).toBe('application/vnd.api+json');
  });

  it.each(['', 'ftp://example.com/', 'example.com', 'javascript:alert(1)', 'file:///etc/passwd'])(
    'is not made to “%s”',
    async (url) => {
      const asked = runNode('http_request', { config: { url: '{{ input }}' }, input: url });
      await expect(asked).rejects.toMatchObject({
        data: { code: 'http_failed', hint: expect.stringContaining('whole address') },
      });
    },
  );
});

describe('an answer', () => {
  it('that says JSON and is none stays text', async () => {
    const { origin } = await serve(200, JSON_TYPE, '{broken');
    expect((await runNode('http_request', { config: { url: origin } })).output).toMatchObject({ body: '{broken' });
  });

  it('that is binary is base64, and says so', async () => {
    const { origin } = await serve(200, { 'content-type': 'image/png' }, Buffer.from([0x89, 0x50, 0xff, 0x00]));
    const { output } = await runNode('http_request', { config: { url: origin } });
    expect(output).toMatchObject({ body: 'iVD/AA==', encoding: 'base64' });
  });

  it('with an error status fails the step, without showing the query', async () => {
    const { origin } = await serve(404, { 'retry-after': '2' }, 'no such thing');
    const asked = runNode('http_request', { config: { url: `${origin}/x?key=secret` } });
    await expect(asked).rejects.toMatchObject({
      data: { code: 'http_failed', message: `GET ${origin}/x answered 404: no such thing` },
      retryAfterMs: 2_000,
    });
  });

  it('with an error status is handed on where the config says so', async () => {
    const { origin } = await serve(500, JSON_TYPE, '{"error":"x"}');
    const { output } = await runNode('http_request', { config: { url: origin, failOnErrorStatus: false } });
    expect(output).toMatchObject({ status: 500, body: { error: 'x' } });
  });
});
