import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createPrisma } from '@agentweaver/db/client';
import { encryptSecret } from '@agentweaver/db/encryption';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import { createExecutionQueue, type ExecutionQueue } from '@agentweaver/db/queue';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from './support/database.ts';
import { chain } from './support/drive.ts';
import { createWorkspace, queueExecution, waitForExecution } from './support/executions.ts';
import { createMasterKey, startExecutor, type TestExecutor } from './support/executor.ts';
import { type ModelServer, startModelServer } from './support/model-server.ts';

const masterKey = createMasterKey();
let database: TestDatabase;
let prisma: PrismaClient;
let queue: ExecutionQueue;
let executor: TestExecutor;
let model: ModelServer;
/** The operator opened `open`, and nothing else of this machine. */
let open: Server;
let closed: Server;
let hits: string[];

const listen = async (name: string): Promise<Server> => {
  const server = createServer((request, response) => {
    hits.push(`${name}${request.url}`);
    if (request.url === '/to-closed') return response.writeHead(302, { location: address(closed, '/secret') }).end();
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ from: name }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
};
const portOf = (server: Server): number => (server.address() as AddressInfo).port;
const address = (server: Server, path: string): string => `http://127.0.0.1:${portOf(server)}${path}`;

beforeAll(async () => {
  database = await createTestDatabase();
  const { databaseUrl } = database;
  prisma = createPrisma({ databaseUrl });
  queue = createExecutionQueue({ databaseUrl });
  model = await startModelServer();
  open = await listen('open');
  closed = await listen('closed');
  const allowed = [`127.0.0.1:${portOf(open)}`, new URL(model.url).host].join(',');
  executor = await startExecutor({ databaseUrl, masterKey, env: { EGRESS_ALLOWED_PRIVATE_HOSTS: allowed } });
});
beforeEach(() => {
  hits = [];
  model.calls.length = 0;
});
afterAll(async () => {
  await executor.killHard();
  for (const server of [open, closed]) server.close();
  await model.close();
  await queue.close();
  await prisma.$disconnect();
  await database.drop();
});

const run = async (definition: ReturnType<typeof chain>, workspaceId?: string) => {
  const workspace = workspaceId ?? (await createWorkspace(prisma));
  const id = await queueExecution({ prisma, queue }, { workspaceId: workspace, definition });
  return waitForExecution(prisma, id);
};
const get = (url: string) => chain([{ id: 'get', type: 'http_request', config: { url } }]);

describe('an HTTP Request node', () => {
  test('reaches the one private host that the operator opened', async () => {
    expect(await run(get(address(open, '/data')))).toMatchObject({ status: 'completed' });
    expect(hits).toEqual(['open/data']);
  });

  test.each([
    ['another port of this machine', () => address(closed, '/secret')],
    ['this machine by name', () => `http://localhost:${portOf(closed)}/secret`],
    ['this machine as a number', () => `http://2130706433:${portOf(closed)}/secret`],
    ['this machine as IPv6', () => `http://[::ffff:127.0.0.1]:${portOf(closed)}/secret`],
    ['a redirect to it', () => address(open, '/to-closed')],
    ['the cloud’s metadata', () => 'http://169.254.169.254/latest/meta-data/'],
    ['a file', () => 'file:///etc/passwd'],
  ])('does not reach %s', async (_name, url) => {
    const execution = await run(get(url()));
    expect(execution).toMatchObject({
      status: 'failed',
      error: { code: expect.stringMatching(/egress_denied|http_failed/), nodeId: 'get' },
    });
    expect(hits.filter((hit) => hit.startsWith('closed'))).toEqual([]);
  });

  test('keeps to the list of its workspace', async () => {
    const workspaceId = await createWorkspace(prisma, { allowedHosts: ['api.example.com', '*.trusted.example'] });
    const execution = await run(get(address(open, '/data')), workspaceId);
    expect(execution.error).toMatchObject({
      code: 'egress_denied',
      message: expect.stringContaining('allowed hosts'),
      hint: expect.any(String),
    });
    expect(hits).toEqual([]);
    expect(await executor.metrics()).toMatch(/agentweaver_egress_denials_total\{reason="not_in_allow_list"\} 1/);
  });
});

describe('a provider key', () => {
  const addKey = async (baseUrl: string, key = masterKey): Promise<string> => {
    const workspaceId = await createWorkspace(prisma);
    await prisma.providerKey.create({
      data: {
        workspaceId,
        provider: 'openai_compatible',
        label: 'Ours',
        baseUrl,
        lastFour: 'cret',
        models: ['test-model'],
        ...encryptSecret({ masterKey: key, workspaceId }, 'top-secret'),
      },
    });
    return workspaceId;
  };
  const ask = chain([{ id: 'ask', type: 'agent', config: { role: 'helper', prompt: 'hello' } }]);

  test('is decrypted for the call, and is nowhere else', async () => {
    const workspaceId = await addKey(model.url);
    const execution = await run(ask, workspaceId);
    expect(execution).toMatchObject({ status: 'completed', results: 'echo: hello' });
    expect(model.calls).toMatchObject([{ authorization: 'Bearer top-secret' }]);
    expect(JSON.stringify(execution)).not.toContain('top-secret');
    expect(executor.output()).not.toContain('top-secret');
  });

  test('with an address inside is refused', async () => {
    const execution = await run(ask, await addKey(address(closed, '/v1')));
    expect(execution.error).toMatchObject({ code: 'egress_denied', nodeId: 'ask' });
    expect(hits).toEqual([]);
  });

  test('of another master key says so', async () => {
    const execution = await run(ask, await addKey(model.url, createMasterKey()));
    expect(execution.error).toMatchObject({ code: 'model_invalid_key', message: expect.stringContaining('Ours') });
  });

  test('of another workspace is not used', async () => {
    await addKey(model.url);
    const execution = await run(ask);
    expect(execution.steps.ask?.model).toBe('demo/demo-model');
    expect(model.calls).toEqual([]);
  });
});
