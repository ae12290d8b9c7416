import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startMcpServer, type TestMcpServer } from '../../host/testing/mcp-server.ts';
import { runNode } from '../testing/run-node.ts';

let server: TestMcpServer;
beforeEach(async () => {
  server = await startMcpServer({ sessions: true, token: 'open sesame' });
});
afterEach(() => server.close());

const call = (config: Record<string, unknown>, input: unknown = {}) =>
  runNode('mcp', {
    config: { url: server.url, credential: 'test', ...config },
    input,
    host: { credentials: { test: () => ({ Authorization: 'Bearer open sesame' }) } },
  });

describe('an MCP node', () => {
  it('calls a tool of the server', async () => {
    const arguments_ = '{{ { "a": input.a, "b": 3 } }}';
    expect((await call({ tool: '{{ input.tool }}', arguments: arguments_ }, { a: 2, tool: ' add ' })).output).toEqual({
      sum: 5,
    });
    expect((await call({ tool: 'add', arguments: '{ "a": 1, "b": 1 }' })).output).toEqual({ sum: 2 });
  });

  it('fails with what the tool says', async () => {
    await expect(call({ tool: 'fail', arguments: '' })).rejects.toMatchObject({
      data: { code: 'tool_failed', message: 'fail failed: The shop is closed.' },
    });
  });

  it('fails when the server refuses', async () => {
    await expect(call({ tool: 'add', credential: '' })).rejects.toMatchObject({
      data: { code: 'mcp_failed', message: expect.stringContaining('answered 401') },
    });
  });

  it('says that arguments are no object', async () => {
    await expect(call({ tool: 'add', arguments: '{{ [1] }}' })).rejects.toThrow('arguments must be an object');
  });
});
