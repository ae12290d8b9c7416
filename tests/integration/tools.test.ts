import type { AddressInfo } from 'node:net';
import { startMcpServer, type TestMcpServer } from '@agentweaver/core/host/testing/mcp-server';
import { type LocalServer, startLocalServer } from '@agentweaver/core/tools/testing/local-server';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import { addCredential } from './support/credentials.ts';
import { createMasterKey } from './support/executor.ts';
import { graph } from './support/graph.ts';
import { openPlatform, type Platform } from './support/platform.ts';

vi.setConfig({ testTimeout: 120_000 });

const SECRET = 'open-sesame-4711';
const masterKey = createMasterKey();

let platform: Platform;
let web: LocalServer;
let mcp: TestMcpServer;
let feed: WebSocketServer;
let credential: string;

beforeAll(async () => {
  platform = await openPlatform();
  const { workspaceId } = platform.workspace;
  credential = await addCredential(
    platform.prisma,
    { masterKey, workspaceId },
    { kind: 'bearer', settings: {}, secret: { token: SECRET } },
  );
});
afterAll(() => platform.close());

beforeEach(async () => {
  web = await startLocalServer(({ url, headers }) => {
    if (url.startsWith('/search')) {
      return {
        body: JSON.stringify({ results: [{ title: 'Tea', url: 'https://example.com/tea', content: 'Green' }] }),
      };
    }
    if (headers.authorization !== `Bearer ${SECRET}`) return { status: 401, body: '{}' };
    if (url === '/graphql') return { body: '{"data":{"item":{"price":12.5}}}' };
    // A careless server that repeats what it was sent.
    return { body: JSON.stringify({ you: headers.authorization }) };
  });
  mcp = await startMcpServer({ sessions: true, token: SECRET });
  feed = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  feed.on('connection', (socket) => socket.on('message', (data) => socket.send(`{"got":"${data}"}`)));
  await new Promise((done) => feed.once('listening', done));
  await platform.executor({ masterKey, env: { EGRESS_ALLOWED_PRIVATE_HOSTS: '127.0.0.1' } });
});
afterEach(async () => {
  for (const client of feed.clients) client.terminate();
  feed.close();
  await Promise.all([platform.reset(), web.close(), mcp.close()]);
});

const chain = (nodes: { id: string; type: string; config: Record<string, unknown> }[]) => {
  const all = [{ id: 'start', type: 'input', config: { fields: [] } }, ...nodes, { id: 'end', type: 'output' }];
  return graph(
    all,
    all.slice(1).map(({ id }, index) => `${all[index]?.id}>${id}`),
  );
};

test('every tool node does its work through the executor, and no secret is left anywhere', async () => {
  const socket = `ws://127.0.0.1:${(feed.address() as AddressInfo).port}`;
  const sqlite = { file: 'orders.sqlite' };
  const id = await platform.addWorkflow(
    chain([
      {
        id: 'search',
        type: 'web_search',
        config: { query: '{{ input.topic }}', provider: 'searxng', url: web.origin },
      },
      { id: 'http', type: 'http_request', config: { url: `${web.origin}/echo`, credential } },
      {
        id: 'graphql',
        type: 'graphql',
        config: { url: `${web.origin}/graphql`, query: '{ item { price } }', credential },
      },
      { id: 'price', type: 'calculator', config: { expression: 'round({{ previous.item.price }} * 2.04, 1)' } },
      {
        id: 'mcp',
        type: 'mcp',
        config: { url: mcp.url, credential, tool: 'add', arguments: '{"a": 2, "b": {{ previous.result }}}' },
      },
      { id: 'socket', type: 'websocket', config: { url: socket, send: 'sum {{ previous.sum }}' } },
      { id: 'time', type: 'current_time', config: { timezone: 'Asia/Tokyo' } },
      { id: 'make', type: 'database', config: { ...sqlite, sql: 'CREATE TABLE sums (sum REAL)', allowWrites: true } },
      {
        id: 'insert',
        type: 'database',
        config: {
          ...sqlite,
          sql: 'INSERT INTO sums VALUES (?)',
          params: [{ value: '{{ steps.mcp.output.sum }}' }],
          allowWrites: true,
        },
      },
      { id: 'rows', type: 'database', config: { ...sqlite, sql: 'SELECT sum FROM sums' } },
      {
        id: 'write',
        type: 'file',
        config: { operation: 'write', path: 'out/rows.json', content: '{{ previous.rows }}' },
      },
      { id: 'read', type: 'file', config: { operation: 'read', path: 'out/rows.json' } },
      { id: 'list', type: 'file', config: { operation: 'list', path: '' } },
    ]),
  );
  const execution = await platform.wait(await platform.start(id, { input: { topic: 'tea' } }));
  expect(execution.error).toBeUndefined();
  const outputs = Object.fromEntries(Object.entries(execution.steps).map(([step, { output }]) => [step, output]));
  expect(outputs).toMatchObject({
    search: { query: 'tea', results: [{ title: 'Tea', snippet: 'Green' }] },
    http: { status: 200 },
    price: { result: 25.5 },
    mcp: { sum: 27.5 },
    socket: { messages: [{ got: 'sum 27.5' }], endedBy: 'count' },
    time: { timezone: 'Asia/Tokyo', offset: '+09:00' },
    make: { rowCount: 0 },
    insert: { rowCount: 1 },
    rows: { rows: [{ sum: 27.5 }], truncated: false },
    read: { content: '[\n  {\n    "sum": 27.5\n  }\n]', mediaType: 'application/json' },
    list: { files: [{ path: 'orders.sqlite' }, { path: 'out/rows.json' }] },
  });
  expect(web.received.filter(({ headers }) => headers.authorization === `Bearer ${SECRET}`)).toHaveLength(2);
  expect(mcp.openSessions()).toBe(0);

  const hostCalls = await platform.prisma.hostCall.findMany({ where: { executionId: execution.id } });
  expect(JSON.stringify([execution, hostCalls])).not.toContain(SECRET);
});

test('an agent uses its tools, is told what it did wrong, and runs another workflow', async () => {
  const doubled = await platform.addWorkflow(
    graph(
      [
        { id: 'start', type: 'input', config: { fields: [{ name: 'n', type: 'number' }] } },
        { id: 'twice', type: 'calculator', config: { expression: '{{ input.n }} * 2' } },
        { id: 'end', type: 'output', config: { value: '{{ previous.result }}' } },
      ],
      ['start>twice', 'twice>end'],
    ),
    'Double it',
  );
  const id = await platform.addWorkflow(
    chain([
      {
        id: 'agent',
        type: 'agent',
        config: {
          prompt: 'Work',
          tools: [
            { tool: 'calculator' },
            { tool: 'mcp', name: 'shop', settings: { url: mcp.url, credential, tools: ['add'] } },
            { tool: 'run_workflow', settings: { workflow: doubled } },
            { tool: 'http_request', settings: { baseUrl: web.origin, credential } },
          ],
        },
      },
    ]),
  );
  platform.model.answer((_call, index) =>
    index === 0
      ? {
          toolCalls: [
            { name: 'calculator', input: { expresion: '1 + 1' } },
            { name: 'shop_add', input: { a: 1, b: 2 } },
            { name: 'Double_it', input: { n: 21 } },
            { name: 'http_request', input: { url: 'http://127.0.0.1:1/steal' } },
            { name: 'http_request', input: { url: `${web.origin}/echo` } },
          ],
        }
      : { text: 'Done.' },
  );
  const execution = await platform.wait(await platform.start(id));
  expect(execution).toMatchObject({ status: 'completed', results: 'Done.' });
  const completed = execution.events
    .filter(({ type }) => type === 'tool_completed')
    .map(({ data }) => data as { tool: string; output?: unknown; error?: { message: string } });
  const of = (tool: string) => completed.filter((one) => one.tool === tool);
  expect(of('calculator')[0]?.error?.message).toMatch(/expression is missing; expresion is not a known field/);
  expect(of('shop_add')[0]?.output).toEqual({ sum: 3 });
  expect(of('Double_it')[0]?.output).toBe(42);
  const outcomes = of('http_request').map(
    ({ output, error }) => error?.message ?? (output as { status: number }).status,
  );
  expect(outcomes).toContain(200);
  expect(outcomes.join()).toContain('may be called');
  expect(JSON.stringify(execution)).not.toContain(SECRET);
});
