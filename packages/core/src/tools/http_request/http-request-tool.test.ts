import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LocalServer, startLocalServer } from '../testing/local-server.ts';
import { executeTool, toolContext } from '../testing/tool-context.ts';

let server: LocalServer;
beforeEach(async () => {
  server = await startLocalServer(({ method }) => ({ status: method === 'DELETE' ? 404 : 200, body: '{"ok":true}' }));
});
afterEach(() => server.close());

const call = (input: Record<string, unknown>, settings: Record<string, unknown> = {}) =>
  executeTool(
    'http_request',
    { input, settings },
    toolContext({ fetch: server.fetch, credentials: { shop: () => ({ Authorization: 'Bearer shop' }) } }),
  );

describe('the HTTP tool', () => {
  it('reads', async () => {
    const input = { url: 'https://api.example.com/items?q=1', headers: { Accept: 'text/plain\r\nX-Evil: 1' } };
    expect(await call(input)).toMatchObject({ status: 200, body: { ok: true } });
    expect(server.received).toMatchObject([
      { method: 'GET', url: '/items?q=1', headers: { accept: 'text/plain X-Evil: 1' }, body: '' },
    ]);
  });

  it('writes where that is allowed, and shows the model an error status', async () => {
    const input = { method: 'DELETE', url: 'https://api.example.com/items/1', body: { why: 'old' } };
    expect(await call(input, { allowed: 'write' })).toMatchObject({ status: 404 });
    expect(server.received).toMatchObject([
      { method: 'DELETE', headers: { 'content-type': 'application/json' }, body: '{"why":"old"}' },
    ]);
    await expect(call(input)).rejects.toMatchObject({
      data: { code: 'tool_failed', message: 'method: DELETE is not allowed here.' },
    });
  });

  it('sends the credential to the author’s address only', async () => {
    const settings = { credential: 'shop', baseUrl: 'https://api.example.com/v1' };
    for (const url of ['https://api.example.com/v1', 'https://api.example.com/v1/items?x=1'])
      await call({ url }, settings);
    expect(server.received.map(({ headers }) => headers.authorization)).toEqual(['Bearer shop', 'Bearer shop']);
  });

  it.each([
    'https://api.example.com/v10/items',
    'https://api.example.com/v1/../admin',
    'https://api.example.com/v1/%2e%2e/admin',
    'https://api.example.com/v1%2fadmin',
    'https://api.example.com.evil.org/v1/items',
    'https://api.example.com@evil.org/v1/items',
    'https://user:pass@api.example.com/v1/items',
    'http://api.example.com/v1/items',
    'https://api.example.com:8443/v1/items',
  ])('does not call %s below https://api.example.com/v1', async (url) => {
    await expect(call({ url }, { baseUrl: 'https://api.example.com/v1' })).rejects.toMatchObject({
      data: { code: 'tool_failed', message: expect.stringContaining('https://api.example.com/v1 may be called') },
    });
    expect(server.received).toEqual([]);
  });

  it('names what is wrong with the request', async () => {
    await expect(call({ url: 'file:///etc/passwd' })).rejects.toMatchObject({
      data: { code: 'http_failed', message: expect.stringMatching(/^url: /) },
    });
    await expect(call({ url: 'https://example.com/', headers: { 'bad name': 'x' } })).rejects.toMatchObject({
      data: { code: 'tool_failed', message: 'headers.bad name is not the name of a header.' },
    });
  });
});
