import { describe, expect, it } from 'vitest';
import type { Host, HttpRequest } from '../host/host.ts';
import { executeTool, toolContext } from './testing/tool-context.ts';

/** What a tool asks of its port, and what it makes of the answer. */

describe('the database tool', () => {
  const database = (asked: unknown[], truncated = false): Host['database'] => ({
    query: async (request) => {
      asked.push(request);
      return { columns: ['a'], rows: [{ a: 1 }], rowCount: 1, truncated };
    },
  });

  it('only reads, unless its settings allow writes', async () => {
    const asked: unknown[] = [];
    const context = toolContext({ database: database(asked) });
    const input = { sql: 'SELECT $1', params: [1] };
    expect(await executeTool('database_query', { input, settings: { credential: 'orders' } }, context)).toMatchObject({
      rows: [{ a: 1 }],
    });
    await executeTool('database_query', { input, settings: { credential: 'orders', allowWrites: true } }, context);
    const query = { credential: 'orders', sql: 'SELECT $1', params: [1], maxRows: 100, timeoutMs: 30_000 };
    expect(asked).toEqual([
      { ...query, readOnly: true },
      { ...query, readOnly: false },
    ]);
  });

  it('says in the log that rows were left out', async () => {
    const context = toolContext({ database: database([], true) });
    await executeTool(
      'database_query',
      { input: { sql: 'SELECT 1' }, settings: { credential: 'a', maxRows: 1 } },
      context,
    );
    expect(context.logs).toEqual(['warn: There were more than 1 rows; the rest was left out.']);
  });
});

describe('the MCP tool', () => {
  const mcp = (result: { text: string; structured?: unknown; isError: boolean }): Host['mcp'] => ({
    listTools: async () => [],
    callTool: async () => result,
  });
  const call = (result: Parameters<typeof mcp>[0], url = 'https://mcp.example.com/mcp') =>
    executeTool('mcp', { input: { tool: 'add' }, settings: { url } }, toolContext({ mcp: mcp(result) }));

  it('gives the structured result, or the text', async () => {
    expect(await call({ text: '5', structured: { sum: 5 }, isError: false })).toEqual({ sum: 5 });
    expect(await call({ text: '5', isError: false })).toBe('5');
  });

  it('fails with the words of the tool', async () => {
    await expect(call({ text: ' closed ', isError: true })).rejects.toMatchObject({
      data: { code: 'tool_failed', message: 'add failed: closed' },
    });
    await expect(call({ text: '', isError: true })).rejects.toThrow('add failed: the server does not say why.');
  });
});

describe('the WebSocket tool', () => {
  const websocket = (asked: unknown[]): Host['websocket'] => ({
    exchange: async (request) => {
      asked.push(request);
      return { messages: ['{"a":1}', '{broken', 'text'], endedBy: 'count' };
    },
  });

  it('sends what the model says to the author’s address, and parses what is JSON', async () => {
    const asked: unknown[] = [];
    const context = toolContext({ websocket: websocket(asked) });
    const settings = { url: 'wss://feed.example.com/live?key=1', until: 'end', maxMessages: 3 };
    expect(await executeTool('websocket', { input: { send: ['hi'] }, settings }, context)).toEqual({
      messages: [{ a: 1 }, '{broken', 'text'],
      endedBy: 'count',
    });
    expect(asked).toMatchObject([{ url: settings.url, send: ['hi'], until: 'end', maxMessages: 3 }]);
    expect(context.logs).toEqual(['info: wss://feed.example.com/live sent 3 messages (count).']);
  });
});

describe('the workflow tool', () => {
  it('runs the workflow that its settings name', async () => {
    const definition = {
      version: 1,
      nodes: [],
      edges: [],
      settings: { timeoutMs: 1_000, maxParallel: 1, memoryMb: 128 },
    } as const;
    const workflow: Host['workflow'] = {
      load: async ({ workflow: id }) => ({
        id,
        name: 'Other',
        versionNumber: 2,
        definition: { ...definition, nodes: [], edges: [] },
      }),
    };
    const runs: unknown[] = [];
    const context = { ...toolContext({ workflow }), runNested: async (nested: unknown) => runs.push(nested) };
    const given = { input: { input: { a: 1 } }, settings: { workflow: 'w1' } };
    expect(await executeTool('run_workflow', given, context)).toBe(1);
    expect(runs).toEqual([{ definition, input: { a: 1 } }]);
  });
});

describe('a credential', () => {
  it('is named to the host, and nothing of it is known to the tool', async () => {
    const requests: HttpRequest[] = [];
    const context = toolContext();
    const host: Host = {
      ...context.host,
      http: {
        fetch: async (request) => {
          requests.push(request);
          return { status: 200, headers: {}, body: '', encoding: 'utf8', url: request.url };
        },
      },
    };
    const settings = { credential: ' shop ', baseUrl: 'https://api.example.com/' };
    await executeTool('http_request', { input: { url: 'https://api.example.com/a' }, settings }, { ...context, host });
    expect(requests).toMatchObject([{ credential: 'shop', headers: {} }]);
  });
});
