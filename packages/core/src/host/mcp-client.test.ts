import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ExecutionError } from '../engine/execution-errors.ts';
import { callMcpTool, listMcpTools } from './mcp-client.ts';
import { startMcpServer, type TestMcpServer } from './testing/mcp-server.ts';

let server: TestMcpServer | undefined;
let plain: Server | undefined;
afterEach(async () => {
  await server?.close();
  plain?.closeAllConnections();
  await new Promise((done) => (plain ? plain.close(done) : done(undefined)));
  server = undefined;
  plain = undefined;
});

const start = async (given: Parameters<typeof startMcpServer>[0] = {}): Promise<TestMcpServer> => {
  server = await startMcpServer(given);
  return server;
};

const connection = (signal = new AbortController().signal) => ({ fetch: globalThis.fetch, signal });
const call = (url: string, name: string, given: Record<string, unknown> = {}, timeoutMs = 5_000) =>
  callMcpTool({ url, timeoutMs, name, arguments: given }, connection());

describe.each([
  { sessions: false, json: false },
  { sessions: false, json: true },
  { sessions: true, json: false },
  { sessions: true, json: true },
])('a server (%o)', (kind) => {
  it('says what tools it has', async () => {
    const { url } = await start(kind);
    const tools = await listMcpTools({ url, timeoutMs: 5_000 }, connection());
    expect(tools.map(({ name, readOnly, idempotent }) => ({ name, readOnly, idempotent }))).toEqual([
      { name: 'add', readOnly: true, idempotent: true },
      { name: 'fail', readOnly: false, idempotent: false },
      { name: 'sleep', readOnly: false, idempotent: true },
      { name: 'large', readOnly: false, idempotent: false },
      { name: 'mixed', readOnly: false, idempotent: false },
    ]);
    expect(tools[0]).toMatchObject({
      description: 'Adds two numbers.',
      inputSchema: { type: 'object', required: ['a', 'b'] },
    });
  });

  it('is called, and left without a session', async () => {
    const { url, openSessions, requests } = await start(kind);
    expect(await call(url, 'add', { a: 2, b: 3 })).toEqual({ text: '5', structured: { sum: 5 }, isError: false });
    expect(openSessions()).toBe(0);
    expect(requests).toEqual([
      'POST initialize',
      'POST notifications/initialized',
      'POST tools/call',
      ...(kind.sessions ? ['DELETE'] : []),
    ]);
  });
});

describe('a call', () => {
  it('gives the failure of a tool as a result', async () => {
    const { url } = await start();
    expect(await call(url, 'fail')).toEqual({ text: 'The shop is closed.', isError: true });
    expect(await call(url, 'add', { a: 'two' })).toMatchObject({
      isError: true,
      text: expect.stringMatching(/at a[\s\S]*at b/),
    });
    expect(await call(url, 'no_such_tool')).toMatchObject({
      isError: true,
      text: expect.stringContaining('not found'),
    });
  });

  it('names what is no text', async () => {
    const { url } = await start();
    expect((await call(url, 'mixed')).text).toBe('One\n[image image/png]\nTwo\n[file file:///b.bin]\n[c file:///c.md]');
  });

  it('carries the credential, and asks for one', async () => {
    const { url } = await start({ token: 'open sesame' });
    const headers = { authorization: 'Bearer open sesame' };
    const given = { url, timeoutMs: 5_000, name: 'add', arguments: { a: 1, b: 1 } };
    expect(await callMcpTool({ ...given, headers }, connection())).toMatchObject({ text: '2' });
    await expect(callMcpTool(given, connection())).rejects.toMatchObject({
      data: {
        code: 'mcp_failed',
        message: expect.stringContaining('answered 401'),
        hint: expect.stringContaining('credential'),
      },
    });
  });

  it('ends when its time is up', async () => {
    const { url } = await start();
    await expect(call(url, 'sleep', {}, 300)).rejects.toMatchObject({
      data: { code: 'mcp_failed', message: expect.stringContaining('within 0.3 s') },
    });
  });

  it('ends with the signal', async () => {
    const { url, requests } = await start({ sessions: true });
    const cancel = new AbortController();
    const running = callMcpTool({ url, timeoutMs: 5_000, name: 'sleep', arguments: {} }, connection(cancel.signal));
    await expect.poll(() => requests).toContain('POST tools/call');
    cancel.abort(new Error('cancelled'));
    await expect(running).rejects.toThrow('cancelled');
  });

  it.each([true, false])('stops reading what is too large (JSON: %s)', async (json) => {
    const { url } = await start({ json });
    await expect(call(url, 'large')).rejects.toMatchObject({
      data: { code: 'output_too_large' },
    });
  });
});

describe('a guard', () => {
  const denied = new ExecutionError({ code: 'egress_denied', message: 'Not there.' });
  const list = (fetch: typeof globalThis.fetch) =>
    listMcpTools(
      { url: 'https://mcp.example.com/', timeoutMs: 5_000 },
      { fetch, signal: new AbortController().signal },
    );

  it('is heard, whether it throws itself or through fetch', async () => {
    await expect(list(() => Promise.reject(denied))).rejects.toBe(denied);
    await expect(list(() => Promise.reject(new TypeError('fetch failed', { cause: denied })))).rejects.toBe(denied);
  });

  it('that throws something else is quoted', async () => {
    await expect(list(() => Promise.reject('no network'))).rejects.toMatchObject({
      data: { code: 'mcp_failed', message: 'The MCP server https://mcp.example.com/ failed: no network' },
    });
  });
});

describe('what is no MCP server', () => {
  const serve = async (status: number, type: string, body: string): Promise<string> => {
    plain = createServer((request, response) => {
      request.resume();
      response.writeHead(status, { 'content-type': type }).end(body);
    });
    await new Promise<void>((done) => plain?.listen(0, '127.0.0.1', done));
    return `http://127.0.0.1:${(plain.address() as AddressInfo).port}/mcp?key=secret`;
  };

  it.each([
    { status: 200, type: 'text/html', body: '<html>', says: 'Unexpected content type' },
    { status: 404, type: 'text/plain', body: 'no', says: 'answered 404' },
    {
      status: 200,
      type: 'application/json',
      body: '{"jsonrpc":"2.0","id":0,"error":{"code":-32600,"message":"Go away"}}',
      says: 'refused: MCP error -32600: Go away',
    },
  ])('is told apart: $says', async ({ status, type, body, says }) => {
    const url = await serve(status, type, body);
    const asked = listMcpTools({ url, timeoutMs: 5_000 }, connection());
    await expect(asked).rejects.toMatchObject({ data: { code: 'mcp_failed', message: expect.stringContaining(says) } });
    await expect(asked).rejects.not.toThrow('secret');
  });

  it('cannot be reached', async () => {
    await expect(call('http://127.0.0.1:1/mcp', 'add')).rejects.toMatchObject({
      data: { code: 'mcp_failed', message: expect.stringMatching(/bad port|ECONNREFUSED/) },
    });
  });

  it.each(['ftp://example.com/', 'mcp', ''])('has no address: “%s”', async (url) => {
    await expect(call(url, 'add')).rejects.toMatchObject({ data: { message: expect.stringMatching(/^url: /) } });
  });
});
