import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CredentialKind } from '@agentweaver/core/credentials/credential';
import { MASK } from '@agentweaver/core/credentials/mask-secrets';
import { createEgressAgent } from '@agentweaver/core/egress/egress-agent';
import { createGuardedFetch } from '@agentweaver/core/egress/guarded-fetch';
import { HOST_CALLS } from '@agentweaver/core/host/host-calls';
import { startMcpServer } from '@agentweaver/core/host/testing/mcp-server';
import { createPrisma } from '@agentweaver/db/client';
import { findCredential, sealSecret } from '@agentweaver/db/credential-store';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import type { HostServices } from '../../apps/executor/src/host/host-calls.ts';
import { createTokenKeeper } from '../../apps/executor/src/host/oauth-tokens.ts';
import { createOutsideServices } from '../../apps/executor/src/host/outside-services.ts';
import { addCredential, type TestCredential } from './support/credentials.ts';
import { createTestDatabase, type TestDatabase } from './support/database.ts';
import { createWorkspace } from './support/executions.ts';
import { createMasterKey } from './support/executor.ts';
import { type OAuthServer, startOAuthServer } from './support/oauth-server.ts';
import { createRunningExecution } from './support/running-execution.ts';

const masterKey = createMasterKey();
let database: TestDatabase;
let prisma: PrismaClient;
let workspaceId: string;
/** Repeats what it is sent; `/to?url=` redirects. */
let echo: Server;
let seen: { url: string; headers: IncomingHttpHeaders }[];
let oauth: OAuthServer;
let logged: string;
const closers: (() => unknown)[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  prisma = createPrisma({ databaseUrl: database.databaseUrl });
  workspaceId = await createWorkspace(prisma);
  echo = createServer((request, response) => {
    seen.push({ url: request.url ?? '', headers: request.headers });
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (url.pathname === '/to') return response.writeHead(302, { location: url.searchParams.get('url') ?? '' }).end();
    if (url.pathname === '/binary') {
      return response.end(Buffer.concat([Buffer.from([0, 255]), Buffer.from(request.headers.authorization ?? '')]));
    }
    response.writeHead(200, { 'content-type': 'text/plain', 'x-echo': request.headers.authorization ?? 'none' });
    response.end(JSON.stringify({ url: request.url, headers: request.headers }));
  }).listen(0, '127.0.0.1');
  await once(echo, 'listening');
});
beforeEach(async () => {
  seen = [];
  logged = '';
  oauth = await startOAuthServer();
});
afterEach(async () => {
  expect(logged).not.toMatch(/token-|access-|refresh-|key-|pass-12345|client-secret|quite.secret/);
  await oauth.close();
  for (const close of closers.splice(0)) await close();
});
afterAll(async () => {
  echo.closeAllConnections();
  echo.close();
  await prisma.$disconnect();
  await database.drop();
});

const echoUrl = (path = '/'): string => `http://127.0.0.1:${(echo.address() as AddressInfo).port}${path}`;

type Services = Pick<HostServices, 'http.fetch' | 'websocket.exchange' | 'mcp.listTools' | 'mcp.callTool'>;

/** The host of one execution in an executor of its own: own connections, own tokens in memory. */
const startHost = async (options: { open?: string[]; now?: () => number } = {}): Promise<Services> => {
  const own = createPrisma({ databaseUrl: database.databaseUrl, max: 4 });
  const privateHosts = (options.open ?? ['127.0.0.1', 'localhost']).map((host) => ({ host }));
  const agent = createEgressAgent({ privateHosts });
  closers.push(
    () => agent.destroy(),
    () => own.$disconnect(),
  );
  const guardedFetch = createGuardedFetch({ agent, privateHosts });
  const tokens = createTokenKeeper({ prisma: own, guardedFetch, ...(options.now ? { now: options.now } : {}) });
  const write = (line: string) => {
    logged += line;
  };
  const logger = pino({ level: 'trace' }, { write });
  const { executionId, attemptId } = await createRunningExecution(own, workspaceId);
  return createOutsideServices(
    {
      prisma: own,
      metrics: { egressDenials: { inc: () => undefined } } as never,
      agent,
      privateHosts,
      masterKey,
      tokens,
    },
    { execution: { id: executionId }, attemptId, workspace: { id: workspaceId, allowedHosts: [] } },
    logger,
  );
};

const call = () => ({ nodeId: 'a', iteration: '', attempt: 1, index: 0, signal: new AbortController().signal });
const get = (host: Services, url: string, credential?: string, more: object = {}) =>
  host['http.fetch'](
    HOST_CALLS['http.fetch'].params.parse({ method: 'GET', url, timeoutMs: 5_000, credential, ...more }),
    call(),
  );
const add = <Kind extends CredentialKind>(credential: TestCredential<Kind>) =>
  addCredential(prisma, { masterKey, workspaceId }, credential);
const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: { data?: { code: string; message: string; hint?: string } }) => error.data,
  );

describe('a request', () => {
  test.each([
    {
      what: 'an API key in a header',
      credential: { kind: 'api_key', settings: { in: 'header', name: 'X-Key' }, secret: { value: 'key-12345' } },
      sent: { 'x-key': 'key-12345' },
      secret: 'key-12345',
    },
    {
      what: 'a bearer token',
      credential: { kind: 'bearer', settings: {}, secret: { token: 'token-12345' } },
      sent: { authorization: 'Bearer token-12345' },
      secret: 'token-12345',
    },
    {
      what: 'a user and a password',
      credential: { kind: 'basic', settings: { username: 'me' }, secret: { password: 'pass-12345' } },
      sent: { authorization: `Basic ${Buffer.from('me:pass-12345').toString('base64')}` },
      secret: Buffer.from('me:pass-12345').toString('base64'),
    },
  ] as const)('carries $what, whose echo is hidden', async ({ credential, sent, secret }) => {
    const name = await add(credential as TestCredential<'bearer'>);
    const answer = await get(await startHost(), echoUrl('/x'), name, {
      headers: { Authorization: 'mine', 'x-key': '' },
    });
    expect(seen[0]?.headers).toMatchObject(sent);
    expect(answer.status).toBe(200);
    expect(JSON.stringify(answer)).not.toContain(secret);
    expect(answer.body).toContain(MASK);
  });

  test('carries a key in its query, which its address does not show', async () => {
    const name = await add({
      kind: 'api_key',
      settings: { in: 'query', name: 'key' },
      secret: { value: 'quite secret/&+' },
    });
    const answer = await get(await startHost(), echoUrl('/x?a=1'), name);
    expect(new URL(seen[0]?.url ?? '', 'http://x').searchParams.get('key')).toBe('quite secret/&+');
    expect(answer.url).toBe(echoUrl('/x?a=1'));
    expect(JSON.stringify(answer)).not.toMatch(/quite.secret/);
  });

  test('hides a secret in bytes, in headers, and in answers to later requests that carry none', async () => {
    const name = await add({ kind: 'bearer', settings: {}, secret: { token: 'token-67890' } });
    const host = await startHost();
    const binary = await get(host, echoUrl('/binary'), name);
    expect(Buffer.from(binary.body, 'base64').toString('latin1')).toContain('Bearer ***********');
    expect((await get(host, echoUrl('/x'), name)).headers['x-echo']).toBe(`Bearer ${MASK}`);
    expect((await get(host, echoUrl('/token-67890'))).body).not.toContain('token-67890');
  });

  test('to another host than the credential is for is not made', async () => {
    const name = await add({
      kind: 'bearer',
      settings: {},
      secret: { token: 'token-12345' },
      allowedHosts: ['api.example.com', '*.example.org'],
    });
    const failure = await failureOf(get(await startHost(), echoUrl(), name));
    expect(failure).toMatchObject({ code: 'credential_failed', message: expect.stringContaining('127.0.0.1') });
    expect(failure?.hint).toContain('api.example.com, *.example.org');
    expect(JSON.stringify(failure)).not.toContain('token-12345');
    expect(seen).toEqual([]);
  });

  test('leaves the credential behind when it is sent on, and does not take it up again', async () => {
    const name = await add({ kind: 'bearer', settings: {}, secret: { token: 'token-12345' } });
    const elsewhere = new URL(echoUrl('/other'));
    elsewhere.hostname = 'localhost';
    const back = new URL(echoUrl('/to'));
    back.hostname = 'localhost';
    back.searchParams.set('url', echoUrl('/back'));
    const host = await startHost();
    await get(host, echoUrl(`/to?url=${encodeURIComponent(elsewhere.href)}`), name);
    expect(seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer token-12345', undefined]);
    seen = [];
    await get(host, echoUrl(`/to?url=${encodeURIComponent(back.href)}`), name);
    expect(seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer token-12345', undefined, undefined]);
  });

  test('names a credential that is not there, not of this workspace, or of the wrong kind', async () => {
    const host = await startHost();
    const foreign = await addCredential(
      prisma,
      { masterKey, workspaceId: await createWorkspace(prisma) },
      { kind: 'bearer', settings: {}, secret: { token: 'token-12345' } },
    );
    for (const name of ['nothing like it', foreign]) {
      expect(await failureOf(get(host, echoUrl(), name))).toMatchObject({
        code: 'credential_failed',
        message: expect.stringContaining(name),
      });
    }
    const forDatabases = await add({ kind: 'database', settings: {}, secret: { url: 'postgres://u:p@127.0.0.1/d' } });
    expect((await failureOf(get(host, echoUrl(), forDatabases)))?.message).toContain('for databases');
  });

  test('of a credential of another master key says that it must be entered again', async () => {
    const scope = { masterKey: createMasterKey(), workspaceId };
    const name = await addCredential(prisma, scope, { kind: 'bearer', settings: {}, secret: { token: 'token-1' } });
    expect((await failureOf(get(await startHost(), echoUrl(), name)))?.message).toContain('cannot be read');
  });
});

describe('OAuth2', () => {
  const addClient = (clientAuth: 'basic' | 'body' = 'basic', clientSecret = oauth.client.clientSecret) =>
    add({
      kind: 'oauth2_client_credentials',
      settings: oauth.settings({ clientAuth, scopes: ['read', 'write'] }),
      secret: { clientSecret },
    });
  /** Connected some time ago: its access token is over. */
  const addConnected = async (more: { expiresAt?: Date } = {}) => {
    oauth.tokenRequests.length = 0;
    const first = await startFlow(oauth);
    return add({
      kind: 'oauth2_authorization_code',
      settings: oauth.settings(),
      secret: { clientSecret: oauth.client.clientSecret, ...first },
      expiresAt: more.expiresAt ?? new Date(Date.now() - 1_000),
    });
  };
  const stored = (name: string) => findCredential(prisma, { masterKey, workspaceId }, { name });

  test.each(['basic', 'body'] as const)('fetches a token as an application once (%s)', async (clientAuth) => {
    const name = await addClient(clientAuth);
    const host = await startHost();
    const answers = await Promise.all([1, 2, 3].map(() => get(host, `${oauth.origin}/api`, name)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await get(await startHost(), `${oauth.origin}/api`, name)).status).toBe(200);
    expect(oauth.tokenRequests).toHaveLength(1);
    expect(oauth.tokenRequests[0]?.get('scope')).toBe('read write');
    for (const token of oauth.tokens) expect(JSON.stringify(answers)).not.toContain(token);
    expect(answers[0]?.body).toContain(MASK);
  });

  test('renews a token that is about to end, and one that the server does not take any more', async () => {
    const name = await addClient();
    let now = Date.now();
    const host = await startHost({ now: () => now });
    await get(host, `${oauth.origin}/api`, name);
    now += 3_590_000;
    await get(host, `${oauth.origin}/api`, name);
    expect(oauth.tokenRequests).toHaveLength(2);
    oauth.revoke(oauth.tokens[1] ?? '');
    expect((await get(host, `${oauth.origin}/api`, name)).status).toBe(200);
    expect(oauth.tokenRequests).toHaveLength(3);
  });

  test('refreshes once, however many steps of however many executors need it', async () => {
    const name = await addConnected();
    const hosts = await Promise.all([startHost(), startHost(), startHost()]);
    const answers = await Promise.all(
      hosts.flatMap((host) => Array.from({ length: 6 }, () => get(host, `${oauth.origin}/api`, name))),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    // A second use of the refresh token would have ended everything.
    expect(oauth.tokenRequests.filter((body) => body.get('grant_type') === 'refresh_token')).toHaveLength(1);
    const credential = await stored(name);
    expect(credential?.revision).toBe(1);
    expect(credential?.secret).toMatchObject({ accessToken: oauth.tokens.at(-2), refreshToken: oauth.tokens.at(-1) });
  });

  test('a refresh does not undo what a person has changed meanwhile', async () => {
    const name = await addConnected();
    const id = (await stored(name))?.id ?? '';
    oauth.beforeToken(async () => {
      const secret = { clientSecret: 'typed meanwhile' };
      await prisma.credential.update({
        where: { id },
        data: {
          ...sealSecret({ masterKey, workspaceId }, 'oauth2_authorization_code', secret),
          revision: { increment: 1 },
          expiresAt: null,
        },
      });
    });
    expect(await failureOf(get(await startHost(), `${oauth.origin}/api`, name))).toMatchObject({
      code: 'credential_failed',
    });
    expect((await stored(name))?.secret).toEqual({ clientSecret: 'typed meanwhile' });
  });

  test('says what to do when access has ended, was never granted, or the client is refused', async () => {
    const name = await addConnected();
    const host = await startHost();
    const before = await stored(name);
    await get(host, `${oauth.origin}/api`, name);
    // Somebody else has used the refresh token that is stored here.
    await prisma.credential.update({
      where: { id: before?.id ?? '' },
      data: {
        ...sealSecret(
          { masterKey, workspaceId },
          'oauth2_authorization_code',
          before?.secret as { clientSecret: string },
        ),
        expiresAt: new Date(0),
      },
    });
    const ended = await failureOf(get(await startHost(), `${oauth.origin}/api`, name));
    expect(ended).toMatchObject({ code: 'credential_failed', hint: expect.stringContaining('Connect') });
    expect(ended?.message).toContain('invalid_grant');
    expect((await prisma.credential.findUnique({ where: { id: before?.id ?? '' } }))?.lastError).toContain(
      'invalid_grant',
    );

    const never = await add({
      kind: 'oauth2_authorization_code',
      settings: oauth.settings(),
      secret: { clientSecret: 'x' },
    });
    expect((await failureOf(get(host, `${oauth.origin}/api`, never)))?.message).toContain('nobody has granted');

    const wrong = await addClient('body', 'a wrong client secret');
    const refused = await failureOf(get(host, `${oauth.origin}/api`, wrong));
    expect(refused?.message).toContain('invalid_client');
    // The server's description repeats the secret.
    expect(JSON.stringify([refused, logged])).not.toContain('a wrong client secret');
  });

  test('asks for tokens through the egress guard', async () => {
    const name = await addClient();
    const host = await startHost({ open: [] });
    expect(await failureOf(get(host, `${oauth.origin}/api`, name))).toMatchObject({ code: 'egress_denied' });
    expect(oauth.tokenRequests).toEqual([]);
  });
});

/** What a person's consent and the exchange of the code give. */
const startFlow = async ({ settings, client }: OAuthServer): Promise<{ accessToken: string; refreshToken: string }> => {
  const verifier = randomUUID() + randomUUID();
  const redirect_uri = 'http://127.0.0.1/callback';
  const url = new URL(settings().authorizeUrl);
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: client.clientId,
    redirect_uri,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  }).toString();
  const consent = await fetch(url, { redirect: 'manual' });
  const code = new URL(consent.headers.get('location') ?? '').searchParams.get('code') ?? '';
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    code,
    redirect_uri,
    code_verifier: verifier,
    client_id: client.clientId,
    client_secret: client.clientSecret,
  });
  const answer = (await (await fetch(settings().tokenUrl, { method: 'POST', body })).json()) as {
    access_token: string;
    refresh_token: string;
  };
  return { accessToken: answer.access_token, refreshToken: answer.refresh_token };
};

describe('a WebSocket', () => {
  const startSocketServer = async () => {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    const headers: IncomingHttpHeaders[] = [];
    server.on('connection', (socket, request) => {
      headers.push({ ...request.headers, url: request.url });
      socket.send(`you are ${request.headers.authorization} at ${request.url}`);
    });
    await once(server, 'listening');
    closers.push(() => server.close());
    return { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/feed`, headers };
  };
  const exchange = (host: Services, request: object) =>
    host['websocket.exchange'](HOST_CALLS['websocket.exchange'].params.parse(request), call());

  test('carries a credential to its host, and hides its echo', async () => {
    const { url, headers } = await startSocketServer();
    const host = await startHost();
    const bearer = await add({ kind: 'bearer', settings: {}, secret: { token: 'token-socket' } });
    const result = await exchange(host, { url, credential: bearer, headers: { Authorization: 'mine' } });
    expect(headers[0]?.authorization).toBe('Bearer token-socket');
    expect(result).toEqual({ messages: [`you are Bearer ${MASK} at /feed`], endedBy: 'count' });
    const query = await add({ kind: 'api_key', settings: { in: 'query', name: 'k' }, secret: { value: 'key-socket' } });
    expect(JSON.stringify(await exchange(host, { url, credential: query }))).not.toContain('key-socket');
    expect(headers[1]?.url).toBe('/feed?k=key-socket');
    const elsewhere = await add({ kind: 'bearer', settings: {}, secret: { token: 'x' }, allowedHosts: ['a.example'] });
    expect(await failureOf(exchange(host, { url, credential: elsewhere }))).toMatchObject({
      code: 'credential_failed',
    });
  });

  test('asks the host of its address, whatever the headers say', async () => {
    const { url, headers } = await startSocketServer();
    await exchange(await startHost(), { url, headers: { Host: 'neighbour.example', 'X-Own': 'kept' } });
    expect(headers[0]).toMatchObject({ host: new URL(url).host, 'x-own': 'kept' });
  });

  test('passes the egress guard, by address and by name', async () => {
    const { url, headers } = await startSocketServer();
    const host = await startHost({ open: [] });
    const { port } = new URL(url);
    for (const address of [
      url,
      `ws://localhost:${port}/`,
      `ws://[::ffff:127.0.0.1]:${port}/`,
      `ws://2130706433:${port}/`,
    ]) {
      expect(await failureOf(exchange(host, { url: address })), address).toMatchObject({ code: 'egress_denied' });
    }
    expect(headers).toEqual([]);
  });
});

describe('MCP', () => {
  test('carries a credential through the egress guard', async () => {
    const server = await startMcpServer({ token: 'token-of-mcp' });
    closers.push(() => server.close());
    const credential = await add({ kind: 'bearer', settings: {}, secret: { token: 'token-of-mcp' } });
    const host = await startHost();
    const list = { url: server.url, timeoutMs: 5_000 };
    const tools = await host['mcp.listTools']({ ...list, credential }, call());
    expect(tools.map(({ name }) => name)).toContain('add');
    const sum = await host['mcp.callTool']({ ...list, credential, name: 'add', arguments: { a: 2, b: 40 } }, call());
    expect(sum).toMatchObject({ text: '42', isError: false });
    expect(await failureOf(host['mcp.listTools'](list, call()))).toMatchObject({ code: 'mcp_failed' });
    const closed = await startHost({ open: [] });
    expect(await failureOf(closed['mcp.listTools']({ ...list, credential }, call()))).toMatchObject({
      code: 'egress_denied',
    });
  });
});
