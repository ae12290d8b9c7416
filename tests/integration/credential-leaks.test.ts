import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createPrisma } from '@agentweaver/db/client';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import { createExecutionQueue, type ExecutionQueue } from '@agentweaver/db/queue';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { addCredential } from './support/credentials.ts';
import { createTestDatabase, type TestDatabase } from './support/database.ts';
import { chain } from './support/drive.ts';
import { createWorkspace, queueExecution, waitForExecution } from './support/executions.ts';
import { createMasterKey, startExecutor, type TestExecutor } from './support/executor.ts';
import { type OAuthServer, startOAuthServer } from './support/oauth-server.ts';

const masterKey = createMasterKey();
let database: TestDatabase;
let prisma: PrismaClient;
let queue: ExecutionQueue;
let executor: TestExecutor;
let oauth: OAuthServer;
/** Repeats everything it is sent, and writes down what secrets it saw. */
let echo: Server;
let received: string;

const postgres = (): URL => {
  const url = new URL(inject('postgresUrl'));
  url.search = '';
  if (url.hostname === 'localhost') url.hostname = '127.0.0.1';
  return url;
};

beforeAll(async () => {
  received = '';
  database = await createTestDatabase();
  prisma = createPrisma({ databaseUrl: database.databaseUrl });
  queue = createExecutionQueue({ databaseUrl: database.databaseUrl });
  oauth = await startOAuthServer();
  echo = createServer((request, response) => {
    received += `${request.url} ${request.rawHeaders.join(' ')}\n`;
    response.writeHead(request.url?.startsWith('/refuse') ? 403 : 200, {
      'content-type': 'application/json',
      'set-cookie': `echo=${request.headers.authorization ?? ''}`,
    });
    response.end(JSON.stringify({ url: request.url, headers: request.headers }));
  }).listen(0, '127.0.0.1');
  new WebSocketServer({ server: echo }).on('connection', (socket, request) => {
    received += request.rawHeaders.join(' ');
    socket.send(JSON.stringify(request.headers));
  });
  await once(echo, 'listening');
  executor = await startExecutor({
    databaseUrl: database.databaseUrl,
    masterKey,
    env: { EGRESS_ALLOWED_PRIVATE_HOSTS: '127.0.0.1', LOG_LEVEL: 'trace' },
  });
});
afterAll(async () => {
  await executor.killHard();
  await oauth.close();
  echo.closeAllConnections();
  echo.close();
  await queue.close();
  await prisma.$disconnect();
  await database.drop();
});

/** Every row of every table, as text. */
const everythingStored = async (): Promise<string> => {
  const tables = await prisma.$queryRaw<{ name: string }[]>`
    SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
    WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`;
  const rows = await Promise.all(
    tables.map(({ name }) => prisma.$queryRawUnsafe<unknown[]>(`SELECT to_jsonb(t)::text AS row FROM ${name} AS t`)),
  );
  return JSON.stringify(rows);
};

test('a secret goes where it is for, and is written nowhere', async () => {
  const workspaceId = await createWorkspace(prisma);
  const scope = { masterKey, workspaceId };
  const secrets = {
    query: 'secret-of-the-query',
    bearer: 'secret-of-the-bearer',
    password: 'secret-of-the-user',
    client: oauth.client.clientSecret,
  };
  const { client, query, bearer, password } = secrets;
  const key = await addCredential(prisma, scope, {
    kind: 'api_key',
    settings: { in: 'query', name: 'key' },
    secret: { value: query },
  });
  const token = await addCredential(prisma, scope, { kind: 'bearer', settings: {}, secret: { token: bearer } });
  const user = await addCredential(prisma, scope, {
    kind: 'basic',
    settings: { username: 'me' },
    secret: { password },
  });
  const application = await addCredential(prisma, scope, {
    kind: 'oauth2_client_credentials',
    settings: oauth.settings(),
    secret: { clientSecret: client },
  });
  const shop = await addCredential(prisma, scope, {
    kind: 'database',
    settings: { tls: 'off' },
    secret: { url: postgres().href },
    allowedHosts: [],
  });
  const wrongShop = await addCredential(prisma, scope, {
    kind: 'database',
    settings: { tls: 'off' },
    secret: { url: `postgres://nobody:${password}@${postgres().host}/nothing` },
    allowedHosts: [],
  });
  const base = `http://127.0.0.1:${(echo.address() as AddressInfo).port}`;
  const get = (url: string, credential: string) => ({ type: 'http_request', config: { url, credential } });
  const definition = chain([
    { id: 'query', ...get(`${base}/query`, key) },
    { id: 'bearer', ...get(`${base}/bearer`, token) },
    { id: 'basic', ...get(`${base}/basic`, user) },
    { id: 'oauth', ...get(`${oauth.origin}/api`, application) },
    // What an earlier answer has carried in would be echoed by the next one.
    { id: 'plain', ...get(`${base}/plain?again={{ $string(steps.oauth.output) }}`, '') },
    { id: 'socket', type: 'websocket', config: { url: base.replace('http', 'ws'), credential: token } },
    { id: 'rows', type: 'database', config: { sql: 'SELECT current_user AS me', credential: shop } },
    { id: 'file', type: 'file', config: { operation: 'write', path: 'all.json', content: '{{ steps }}' } },
    { id: 'refused', ...get(`${base}/refuse`, token) },
    { id: 'elsewhere', ...get('http://elsewhere.example/', token) },
    { id: 'login', type: 'database', config: { sql: 'SELECT 1', credential: wrongShop } },
  ]);
  const fails = new Set(['refused', 'elsewhere', 'login']);
  for (const node of definition.nodes) if (fails.has(node.id)) node.onError = 'continue';

  const id = await queueExecution({ prisma, queue }, { workspaceId, definition });
  const execution = await waitForExecution(prisma, id);
  expect(execution.error).toBeUndefined();
  expect(execution.status).toBe('completed');
  for (const node of fails) expect(execution.steps[node]?.status, node).toBe('failed');
  expect(execution.steps.elsewhere?.error).toMatchObject({
    code: 'credential_failed',
    message: expect.stringContaining('elsewhere.example'),
  });
  // They did arrive.
  expect(received).toContain(query);
  expect(received).toContain(`Bearer ${bearer}`);
  expect(received).toContain(Buffer.from(`me:${password}`).toString('base64'));
  expect(execution.steps.oauth?.status).toBe('completed');

  const written = `${await everythingStored()}\n${executor.output()}\n${await executor.metrics()}`;
  expect(written).toContain('••••••');
  const hidden = [
    ...Object.values(secrets),
    ...oauth.tokens,
    Buffer.from(`me:${password}`).toString('base64'),
    new URLSearchParams({ client }).toString().slice('client='.length),
    // Of the embedded one; a server of the operator's may have a password that is an ordinary word.
    ...(postgres().password.length >= 16 ? [postgres().password] : []),
  ];
  for (const secret of hidden) expect(written.includes(secret), secret).toBe(false);
});
