import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { findCredential } from '@agentweaver/db/credential-store';
import { createWorkflow } from '@agentweaver/db/workflow-store';
import { TRPCError } from '@trpc/server';
import { encode } from 'next-auth/jwt';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { cookieNames } from '../../apps/web/src/features/auth/server/session-cookie.ts';
import { connectCredential, returnFromProvider } from '../../apps/web/src/features/credentials/server/oauth-routes.ts';
import { createContext } from '../../apps/web/src/server/context.ts';
import { getEnv } from '../../apps/web/src/server/env.ts';
import { rootRouter } from '../../apps/web/src/server/root-router.ts';
import { createCallerFactory } from '../../apps/web/src/server/trpc.ts';
import { toAppError } from '../../apps/web/src/server/trpc-errors.ts';
import { type OAuthServer, startOAuthServer } from './support/oauth-server.ts';
import { addMember, openWeb, type TestMember, type WebUnderTest } from './support/web.ts';
import { simpleDefinition } from './support/workspace.ts';

const createCaller = createCallerFactory(rootRouter);

let web: WebUnderTest;
let owner: TestMember;
let editor: TestMember;
let stranger: TestMember;
let oauth: OAuthServer;
let api: Server;

beforeAll(async () => {
  oauth = await startOAuthServer();
  api = createServer((request, response) => {
    response.statusCode = request.headers['x-key'] === 'the-right-key' ? 200 : 401;
    response.end(JSON.stringify(request.headers));
  }).listen(0, '127.0.0.1');
  await once(api, 'listening');
  process.env.EGRESS_ALLOWED_PRIVATE_HOSTS = `${oauth.host},127.0.0.1:${apiPort()},127.0.0.1:${postgres().port}`;
  web = await openWeb();
  owner = await addMember(web.prisma, { role: 'owner' });
  editor = await addMember(web.prisma, { role: 'editor', workspaceId: owner.workspaceId });
  stranger = await addMember(web.prisma, { role: 'owner' });
});
afterAll(async () => {
  await web?.close();
  await oauth.close();
  api.close();
});

const apiPort = (): number => (api.address() as AddressInfo).port;
const postgres = (): URL => {
  const url = new URL(inject('postgresUrl'));
  url.search = '';
  if (url.hostname === 'localhost') url.hostname = '127.0.0.1';
  return url;
};
const sessionCookie = async (userId: string): Promise<string> =>
  `${cookieNames().session}=${await encode({ token: { sub: userId }, secret: getEnv().NEXTAUTH_SECRET })}`;
const as = async ({ userId }: TestMember) =>
  createCaller(createContext(new Headers({ cookie: await sessionCookie(userId) }))).credentials;

const problemsOf = (call: Promise<unknown>) =>
  call.then(
    () => 'ok',
    (error: unknown) => {
      if (!(error instanceof TRPCError)) throw error;
      const { code, problems } = toAppError(error);
      return { code, fields: problems.map(({ field, message }) => `${field}: ${message}`) };
    },
  );

const keyOf = (more: object = {}) => ({
  workspace: owner.slug,
  name: `Key ${randomUUID()}`,
  kind: 'api_key' as const,
  settings: { in: 'header', name: 'X-Key' },
  secret: { value: 'the-right-key' },
  allowedHosts: ['127.0.0.1'],
  ...more,
});
const read = async (id: string) => {
  const { credentials } = await (await as(owner)).list({ workspace: owner.slug });
  const found = credentials.find((credential) => credential.id === id);
  if (!found) throw new Error('It is not in the list.');
  return found;
};
const stored = (id: string) =>
  findCredential(web.prisma, { masterKey: getEnv().AGENTWEAVER_MASTER_KEY, workspaceId: owner.workspaceId }, { id });

describe('credentials', () => {
  it('are kept sealed, listed without their secret, and offered by name', async () => {
    const caller = await as(owner);
    const { id } = await caller.create(keyOf({ name: ' Weather ' }));
    const list = await (await as(editor)).list({ workspace: owner.slug });
    expect(list.credentials).toContainEqual(
      expect.objectContaining({ id, name: 'Weather', kind: 'api_key', lastFour: '-key', allowedHosts: ['127.0.0.1'] }),
    );
    expect(JSON.stringify(list)).not.toContain('the-right');
    expect(await (await as(editor)).names({ workspace: owner.slug })).toContainEqual({
      name: 'Weather',
      kind: 'api_key',
    });
    const row = await web.prisma.credential.findUniqueOrThrow({ where: { id } });
    expect(Buffer.from(row.ciphertext).toString('latin1')).not.toContain('the-right');
    expect(await stored(id)).toMatchObject({ secret: { value: 'the-right-key' } });
    expect(await problemsOf(caller.create(keyOf({ name: 'Weather' })))).toEqual({
      code: 'conflict',
      fields: ['name: name_taken'],
    });
  });

  it.each([
    [{ allowedHosts: [] }, 'allowedHosts'],
    [{ allowedHosts: ['https://x.example.com'] }, 'allowedHosts.0'],
    [{ secret: { value: ' ' } }, 'secret.value'],
    [{ settings: { name: 'X Key' } }, 'settings.name'],
    [{ settings: { name: 'Host' } }, 'settings.name'],
    [{ kind: 'database', secret: { url: 'postgres://u:p@db/shop?host=/tmp' } }, 'secret.url'],
    [{ kind: 'bearer', secret: { token: 'a\nb' } }, 'secret.token'],
    [
      { kind: 'oauth2_client_credentials', settings: oauthSettings('ftp://x'), secret: { clientSecret: 'x' } },
      'settings.tokenUrl',
    ],
  ])('say which field is wrong: %o', async (more, field) => {
    const result = await problemsOf((await as(owner)).create(keyOf(more) as never));
    expect(result).toMatchObject({ code: 'bad_request', fields: [expect.stringMatching(`^${field}: `)] });
  });

  it('belong to owners, and to one workspace', async () => {
    const { id } = await (await as(owner)).create(keyOf());
    const { revision } = await read(id);
    const change = { id, revision, settings: { name: 'X-Key' }, allowedHosts: ['127.0.0.1'] };
    for (const member of [editor, await addMember(web.prisma, { role: 'viewer', workspaceId: owner.workspaceId })]) {
      const caller = await as(member);
      const workspace = owner.slug;
      for (const call of [
        () => caller.create(keyOf()),
        () => caller.update({ workspace, ...change }),
        () => caller.test({ workspace, id }),
        () => caller.remove({ workspace, id }),
      ]) {
        expect(await problemsOf(call())).toMatchObject({ code: 'forbidden' });
      }
    }
    // The same id, asked for through a workspace of one's own.
    const caller = await as(stranger);
    const workspace = stranger.slug;
    for (const call of [
      () => caller.update({ workspace, ...change }),
      () => caller.test({ workspace, id }),
      () => caller.usage({ workspace, id }),
      () => caller.remove({ workspace, id }),
    ]) {
      expect(await problemsOf(call())).toMatchObject({ code: 'not_found' });
    }
    expect(await stored(id)).toMatchObject({ secret: { value: 'the-right-key' } });
  });

  it('can be changed without the secret, but not opened to another place', async () => {
    const caller = await as(owner);
    const { id } = await caller.create(keyOf({ allowedHosts: ['127.0.0.1', 'api.example.com'] }));
    const update = async (change: object) =>
      problemsOf(
        caller.update({
          workspace: owner.slug,
          id,
          revision: (await read(id)).revision,
          settings: { in: 'query', name: 'key' },
          allowedHosts: ['api.example.com'],
          ...change,
        }),
      );
    expect(await update({})).toBe('ok');
    expect(await stored(id)).toMatchObject({
      settings: { in: 'query', name: 'key' },
      allowedHosts: ['api.example.com'],
      secret: { value: 'the-right-key' },
    });
    const evil = { allowedHosts: ['api.example.com', 'evil.example.net'] };
    expect(await update(evil)).toEqual({ code: 'bad_request', fields: ['secret: secret_needed'] });
    expect(await update({ ...evil, secret: { value: 'another-key' } })).toBe('ok');
    expect(await stored(id)).toMatchObject({ secret: { value: 'another-key' }, allowedHosts: evil.allowedHosts });
    expect(await update({ revision: 0 })).toMatchObject({ code: 'conflict' });
  });

  it('of a client are not sent to another token URL', async () => {
    const caller = await as(owner);
    const settings = oauth.settings();
    const { id } = await caller.create(
      keyOf({ kind: 'oauth2_client_credentials', settings, secret: { clientSecret: oauth.client.clientSecret } }),
    );
    const change = { workspace: owner.slug, id, revision: 0, allowedHosts: ['127.0.0.1'] };
    expect(
      await problemsOf(caller.update({ ...change, settings: { ...settings, tokenUrl: 'https://evil.example/token' } })),
    ).toEqual({ code: 'bad_request', fields: ['secret.clientSecret: secret_needed'] });
    expect(await problemsOf(caller.update({ ...change, settings: { ...settings, scopes: ['more'] } }))).toBe('ok');
  });

  it('tell which workflows name them', async () => {
    const caller = await as(owner);
    const { id } = await caller.create(keyOf({ name: 'Named "quoted"' }));
    const definition = simpleDefinition();
    const uses = { url: 'https://x', tools: [{ tool: 'http_request', settings: { credential: 'Named "quoted"' } }] };
    definition.nodes.push({ ...definition.nodes[1], id: 'get', type: 'http_request', config: uses } as never);
    const named = { workspaceId: owner.workspaceId, userId: owner.userId };
    await createWorkflow(web.prisma, { ...named, name: 'Uses it', definition });
    await createWorkflow(web.prisma, { ...named, name: 'Does not', definition: simpleDefinition() });
    const usage = await caller.usage({ workspace: owner.slug, id });
    expect(usage.map(({ name }) => name)).toEqual(['Uses it']);
    await caller.remove({ workspace: owner.slug, id });
    expect(await stored(id)).toBeUndefined();
  });

  it('are tested where they lead', async () => {
    const caller = await as(owner);
    const workspace = owner.slug;
    const url = `http://127.0.0.1:${apiPort()}/x`;
    const right = await caller.create(keyOf());
    expect(await caller.test({ workspace, id: right.id, url })).toEqual({ error: null, status: 200 });
    const wrong = await caller.create(keyOf({ secret: { value: 'a-wrong-key' } }));
    expect(await caller.test({ workspace, id: wrong.id, url })).toMatchObject({ status: 401 });
    expect(await read(wrong.id)).toMatchObject({ lastError: expect.stringContaining('401') });
    for (const closed of ['http://localhost:1/', 'https://evil.example/', 'nonsense']) {
      expect(await problemsOf(caller.test({ workspace, id: right.id, url: closed }))).toMatchObject({
        code: 'bad_request',
        fields: [expect.stringMatching(/^url: /)],
      });
    }
    const client = (clientSecret: string) =>
      caller.create(keyOf({ kind: 'oauth2_client_credentials', settings: oauth.settings(), secret: { clientSecret } }));
    const { id } = await client(oauth.client.clientSecret);
    expect(await caller.test({ workspace, id })).toEqual({ error: null });
    expect((await caller.test({ workspace, id: (await client('wrong-secret')).id })).error).toContain('invalid_client');

    const database = (databaseUrl: string) =>
      caller.create(
        keyOf({ kind: 'database', settings: { tls: 'off' }, secret: { url: databaseUrl }, allowedHosts: [] }),
      );
    const shop = await database(postgres().href);
    expect(await caller.test({ workspace, id: shop.id })).toEqual({ error: null });
    expect((await read(shop.id)).settings).toMatchObject({ engine: 'postgres', port: Number(postgres().port) });
    const inside = await database('postgres://me:secret-word@127.0.0.1:9/shop');
    const { error } = await caller.test({ workspace, id: inside.id });
    expect(error).toContain('an address of this machine');
    expect(JSON.stringify(await read(inside.id))).not.toContain('secret-word');
  });

  it('leave a line in the audit log, without secrets', async () => {
    const lines = await web.prisma.auditLog.findMany({ where: { workspaceId: owner.workspaceId } });
    expect(new Set(lines.map(({ action }) => action))).toEqual(
      new Set([
        'credential.created',
        'credential.updated',
        'credential.tested',
        'credential.removed',
        'workflow.created',
      ]),
    );
    expect(JSON.stringify(lines)).not.toMatch(/right-key|another-key|client-secret|secret-word/);
  });
});

function oauthSettings(tokenUrl: string) {
  return { tokenUrl, clientId: 'x', clientAuth: 'basic', scopes: [] };
}

describe('granting access by OAuth2', () => {
  const post = async (member: TestMember, id: string, headers: Record<string, string> = {}) => {
    const body = JSON.stringify({ workspace: member.slug, id });
    return connectCredential(
      new Request('http://localhost:3000/api/oauth/connect', {
        method: 'POST',
        body,
        headers: {
          'content-length': String(body.length),
          cookie: await sessionCookie(member.userId),
          'sec-fetch-site': 'same-origin',
          ...headers,
        },
      }),
    );
  };
  const create = async (settings: object = {}) =>
    (await as(owner)).create(
      keyOf({
        kind: 'oauth2_authorization_code',
        settings: oauth.settings(settings),
        secret: { clientSecret: oauth.client.clientSecret },
      }),
    );
  /** Asks for the provider's address and lets its page send the browser back. */
  const consent = async (id: string) => {
    const started = await post(owner, id);
    const { url } = (await started.json()) as { url: string };
    const cookie = (started.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    const sent = await fetch(url, { redirect: 'manual' });
    return {
      url: new URL(url),
      cookie,
      back: sent.headers.get('location') ?? '',
      setCookie: started.headers.get('set-cookie'),
    };
  };
  const comeBack = async (back: string, cookie: string, member: TestMember = owner) => {
    const cookies = [await sessionCookie(member.userId), cookie].filter(Boolean).join('; ');
    const response = await returnFromProvider(new Request(back, { headers: { cookie: cookies } }));
    expect(response.status).toBe(303);
    expect(response.headers.get('set-cookie')).toContain('Max-Age=0');
    return (response.headers.get('location') ?? '').replace(getEnv().publicUrl, '');
  };
  const page = (outcome: string) => `/w/${owner.slug}/settings/credentials?oauth=${outcome}`;

  it('exchanges the code with its verifier and keeps the tokens', async () => {
    const { id } = await create({ scopes: ['read', 'offline'] });
    const { url, cookie, back, setCookie } = await consent(id);
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      response_type: 'code',
      scope: 'read offline',
      code_challenge_method: 'S256',
      redirect_uri: `${getEnv().publicUrl}/api/oauth/callback`,
    });
    expect(setCookie).toMatch(/HttpOnly; SameSite=Lax/);
    expect(url.href).not.toContain('client-secret');
    expect(await comeBack(back, cookie)).toBe(page('connected'));
    expect(await stored(id)).toMatchObject({
      secret: { accessToken: oauth.tokens.at(-2), refreshToken: oauth.tokens.at(-1) },
    });
    expect((await read(id)).connectedAt).toBeInstanceOf(Date);
    expect(JSON.stringify(await read(id))).not.toContain(oauth.tokens.at(-1));
    // The way back works once.
    expect(await comeBack(back, cookie)).toBe(page('changed'));
  });

  it('brings nobody back but the one who went, and to nowhere but this site', async () => {
    const { id } = await create();
    const { cookie, back } = await consent(id);
    const forged = new URL(back);
    forged.searchParams.set('state', 'forged');
    const secondOwner = await addMember(web.prisma, { role: 'owner', workspaceId: owner.workspaceId });
    expect(await comeBack(forged.href, cookie)).toBe('/');
    expect(await comeBack(back, '')).toBe('/');
    expect(await comeBack(back, 'agentweaver.oauth=1.AAAA')).toBe('/');
    expect(await comeBack(back, cookie, secondOwner)).toBe('/');
    expect(await comeBack(back, cookie, stranger)).toBe('/');
    expect((await stored(id))?.secret).not.toHaveProperty('accessToken');
    const elsewhere = new URL(back);
    elsewhere.searchParams.set('redirect', 'https://evil.example');
    expect(await comeBack(elsewhere.href, cookie)).toBe(page('connected'));
    const signedOut = await returnFromProvider(new Request(back, { headers: { cookie } }));
    expect(signedOut.headers.get('location')).toBe(`${getEnv().publicUrl}/sign-in`);
  });

  it('says when access was not given, and when the credential or the role changed meanwhile', async () => {
    const refused = await create({ scopes: ['refuse'] });
    const first = await consent(refused.id);
    expect(await comeBack(first.back, first.cookie)).toBe(page('denied'));

    const changed = await create();
    const second = await consent(changed.id);
    const { revision, settings } = await read(changed.id);
    await (await as(owner)).update({
      workspace: owner.slug,
      id: changed.id,
      revision,
      settings: { ...settings, scopes: ['x'] },
      allowedHosts: ['127.0.0.1'],
    });
    expect(await comeBack(second.back, second.cookie)).toBe(page('changed'));

    const third = await consent((await create()).id);
    const where = { workspaceId_userId: { workspaceId: owner.workspaceId, userId: owner.userId } };
    await web.prisma.member.update({ where, data: { role: 'editor' } });
    expect(await comeBack(third.back, third.cookie)).toBe('/');
    await web.prisma.member.update({ where, data: { role: 'owner' } });

    const unknown = await consent((await create()).id);
    const wrongCode = new URL(unknown.back);
    wrongCode.searchParams.set('code', 'wrong');
    expect(await comeBack(wrongCode.href, unknown.cookie)).toBe(page('refused'));
  });

  it('begins for owners, of this workspace, from this site', async () => {
    const { id } = await create();
    expect((await post(editor, id)).status).toBe(403);
    expect((await post(stranger, id)).status).toBe(404);
    expect((await post({ ...stranger, slug: owner.slug }, id)).status).toBe(404);
    expect((await post(owner, id, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await post(owner, id, { cookie: '' })).status).toBe(401);
    const key = await (await as(owner)).create(keyOf());
    expect((await post(owner, key.id)).status).toBe(400);
  });
});
