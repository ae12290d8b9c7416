import { randomUUID } from 'node:crypto';
import { TRPCError } from '@trpc/server';
import { encode } from 'next-auth/jwt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cookieNames } from '../../apps/web/src/features/auth/server/session-cookie.ts';
import { hashPassword, verifyCredentials } from '../../apps/web/src/features/auth/server/verify-credentials.ts';
import { CLIENT_IP_HEADER } from '../../apps/web/src/server/client-ip.ts';
import { createContext } from '../../apps/web/src/server/context.ts';
import { handleTrpc } from '../../apps/web/src/server/handle-trpc.ts';
import { rootRouter } from '../../apps/web/src/server/root-router.ts';
import { createCallerFactory } from '../../apps/web/src/server/trpc.ts';
import { callAs, PROCEDURES, sessionCookie } from './support/trpc.ts';
import { addMember, openWeb, type TestMember, type WebUnderTest } from './support/web.ts';

const createCaller = createCallerFactory(rootRouter);

let web: WebUnderTest;
let owner: TestMember;
let editor: TestMember;
let viewer: TestMember;
let stranger: TestMember;

beforeAll(async () => {
  web = await openWeb();
  owner = await addMember(web.prisma, { role: 'owner' });
  editor = await addMember(web.prisma, { role: 'editor', workspaceId: owner.workspaceId });
  viewer = await addMember(web.prisma, { role: 'viewer', workspaceId: owner.workspaceId });
  stranger = await addMember(web.prisma, { role: 'owner' });
});
afterAll(() => web?.close());

const as = (userId: string | null) => callAs(userId === null ? null : { userId });

const codeOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'ok',
    (error: unknown) => (error instanceof TRPCError ? error.code : String(error)),
  );

/** What is about a person rather than about a workspace. Everything else must name one. */
const ABOUT_PEOPLE = ['auth.signUp', 'workspace.create', 'workspace.acceptInvitation'];
const workspaceProcedures = Object.keys(PROCEDURES).filter((path) => !ABOUT_PEOPLE.includes(path));
const mutations = workspaceProcedures.filter((path) => PROCEDURES[path]?.type === 'mutation');

/** What viewers may do to what is their own: leave, and revoke a token. */
const OPEN_TO_VIEWERS = ['settings.members.remove', 'settings.apiTokens.revoke'];
/** The settings that editors have as well. */
const OPEN_TO_EDITORS = [...OPEN_TO_VIEWERS, 'settings.apiTokens.create'];

const post = (path: string, body: unknown, headers: Record<string, string> = {}) => {
  const text = JSON.stringify({ json: body });
  return handleTrpc(
    new Request(`http://localhost/api/trpc/${path}`, {
      method: 'POST',
      body: text,
      headers: { 'content-type': 'application/json', 'content-length': String(text.length), ...headers },
    }),
  );
};

describe('who may call what', () => {
  it.each(workspaceProcedures)(
    '%s is closed to the signed-out and, as if it were not there, to strangers',
    async (path) => {
      const input = encodeURIComponent(JSON.stringify({ json: { workspace: owner.slug } }));
      const call = async (cookie?: string): Promise<string> => {
        const headers = { ...(cookie ? { cookie } : {}) };
        const url = `http://localhost/api/trpc/${path}`;
        const read = await handleTrpc(new Request(`${url}?input=${input}`, { headers }));
        // A mutation answers a GET with 405, and is then called as what it is.
        const response = read.status === 405 ? await post(path, { workspace: owner.slug }, headers) : read;
        if (response.headers.get('content-type')?.startsWith('text/event-stream'))
          return /serialized-error[\s\S]*/.exec(await response.text())?.[0] ?? '';
        return JSON.stringify(await response.json());
      };
      expect(await call()).toContain('unauthorized');
      expect(await call(await sessionCookie(stranger.userId))).toContain('not_found');
    },
  );

  it.each(mutations)('%s is refused to viewers, and the settings to editors', async (path) => {
    const answer = async (member: TestMember): Promise<string> => {
      const response = await post(path, { workspace: owner.slug }, { cookie: await sessionCookie(member.userId) });
      return JSON.stringify(await response.json());
    };
    const open = (paths: string[]) => (paths.includes(path) ? 'bad_request' : 'forbidden');
    expect(await answer(viewer)).toContain(open(OPEN_TO_VIEWERS));
    if (path.startsWith('settings.') || path.startsWith('credentials.')) {
      expect(await answer(editor)).toContain(open(OPEN_TO_EDITORS));
    }
  });

  it('keeps viewers from changing anything', async () => {
    const caller = await as(viewer.userId);
    const workspace = owner.slug;
    expect(await codeOf(caller.settings.members.list({ workspace }))).toBe('ok');
    expect(await codeOf(caller.settings.apiTokens.create({ workspace, name: 'x', lifetime: '30' }))).toBe('FORBIDDEN');
    expect(
      await codeOf(
        caller.settings.workspace.update({ workspace, name: 'x', allowedHosts: [], maxCostPerDayUsd: null }),
      ),
    ).toBe('FORBIDDEN');
    expect(await codeOf(caller.settings.members.setRole({ workspace, userId: viewer.userId, role: 'owner' }))).toBe(
      'FORBIDDEN',
    );
    expect(await codeOf(caller.settings.members.remove({ workspace, userId: owner.userId }))).toBe('FORBIDDEN');
    const price = { model: 'openai_compatible/llama', input: 1, cachedInput: 0, output: 2 };
    expect(await codeOf(caller.settings.modelPrices.set({ workspace, ...price }))).toBe('FORBIDDEN');
    expect(await codeOf((await as(owner.userId)).settings.modelPrices.set({ workspace, ...price }))).toBe('ok');
    expect(await caller.settings.modelPrices.list({ workspace })).toEqual([{ ...price, list: null }]);
    expect(await codeOf(caller.settings.modelPrices.remove({ workspace, model: price.model }))).toBe('FORBIDDEN');
  });

  it('takes nobody at the word of a forged or foreign cookie', async () => {
    const forged = `${cookieNames().session}=${await encode({ token: { sub: owner.userId }, secret: 'another secret' })}`;
    const caller = createCaller(createContext(new Headers({ cookie: forged })));
    expect(await codeOf(caller.settings.members.list({ workspace: owner.slug }))).toBe('UNAUTHORIZED');
    expect(await codeOf((await as(randomUUID())).settings.members.list({ workspace: owner.slug }))).toBe(
      'UNAUTHORIZED',
    );
  });

  it('refuses a write that another site made the browser send', async () => {
    const headers = { cookie: await sessionCookie(owner.userId), 'sec-fetch-site': 'cross-site' };
    expect((await post('workspace.create', { name: 'Taken' }, headers)).status).toBe(403);
    expect(await web.prisma.workspace.count({ where: { name: 'Taken' } })).toBe(0);
  });
});

describe('members', () => {
  it('keeps the last owner, also when two owners step down at once', async () => {
    const first = await addMember(web.prisma, { role: 'owner' });
    const { slug: workspace, workspaceId } = first;
    const alone = await as(first.userId);
    expect(await codeOf(alone.settings.members.remove({ workspace, userId: first.userId }))).toBe('CONFLICT');

    const second = await addMember(web.prisma, { role: 'owner', workspaceId });
    const results = await Promise.all(
      [first, second].map(async ({ userId }) =>
        codeOf((await as(userId)).settings.members.setRole({ workspace, userId, role: 'viewer' })),
      ),
    );
    expect(results.sort()).toEqual(['CONFLICT', 'ok']);
    expect(await web.prisma.member.count({ where: { workspaceId, role: 'owner' } })).toBe(1);
  });

  it('lets an invitation be used once, by the address it is for', async () => {
    const workspace = owner.slug;
    const guest = await addMember(web.prisma, { role: 'owner' });
    const { token } = await (await as(owner.userId)).settings.members.invite({
      workspace,
      email: guest.email,
      role: 'editor',
    });
    expect(await codeOf((await as(stranger.userId)).workspace.acceptInvitation({ token }))).toBe('FORBIDDEN');
    expect(await (await as(guest.userId)).workspace.acceptInvitation({ token })).toEqual({ slug: workspace });
    expect(await codeOf((await as(guest.userId)).workspace.acceptInvitation({ token }))).toBe('NOT_FOUND');
    expect(
      await web.prisma.member.findUnique({
        where: { workspaceId_userId: { workspaceId: owner.workspaceId, userId: guest.userId } },
      }),
    ).toMatchObject({ role: 'editor' });
    const stored = JSON.stringify(await web.prisma.invitation.findMany());
    expect(stored).not.toContain(token);
  });
});

describe('the plan', () => {
  it('shows its limits with what is used of them', async () => {
    const member = await addMember(web.prisma, { role: 'viewer' });
    const { workspaceId } = member;
    const plan = { maxConcurrency: 7, maxExecutionsPerDay: 70, maxHostCalls: 5, maxHostCallsPerMinute: 50 };
    await web.prisma.workspace.update({ where: { id: workspaceId }, data: plan });
    const workflow = await web.prisma.workflow.create({ data: { workspaceId, name: 'Test' } });
    const version = await web.prisma.workflowVersion.create({
      data: { workflowId: workflow.id, number: 1, hash: 'h', definition: {} },
    });
    const row = { workspaceId, workflowId: workflow.id, versionId: version.id, trigger: 'manual', input: {} } as const;
    await web.prisma.execution.createMany({
      data: [
        { ...row, status: 'running' },
        { ...row, status: 'running' },
        { ...row, status: 'completed' },
      ],
    });
    const today = new Date(new Date().toISOString().slice(0, 10));
    const yesterday = new Date(today.getTime() - 86_400_000);
    await web.prisma.workspaceDay.createMany({
      data: [
        { workspaceId, day: today, executions: 3 },
        { workspaceId, day: yesterday, executions: 40 },
      ],
    });
    const shown = await (await as(member.userId)).settings.workspace.get({ workspace: member.slug });
    expect(shown).toMatchObject({ ...plan, running: 2, startedToday: 3 });
  });
});

describe('provider keys', () => {
  it('refuses a private address before anything is stored, and never gives a key back', async () => {
    const caller = await as(owner.userId);
    const workspace = owner.slug;
    const key = {
      workspace,
      provider: 'openai_compatible' as const,
      label: 'Mine',
      apiKey: 'sk-very-secret-1234',
    };
    expect(await codeOf(caller.settings.providerKeys.add({ ...key, baseUrl: 'http://127.0.0.1:9/v1' }))).toBe(
      'BAD_REQUEST',
    );
    expect(await caller.settings.providerKeys.list({ workspace })).toEqual([]);

    // A public name that does not exist: the key is kept, and its test says why it failed.
    const { id, testError } = await caller.settings.providerKeys.add({ ...key, baseUrl: 'https://models.invalid/v1' });
    expect(testError).toContain('cannot be reached');
    const listed = await caller.settings.providerKeys.list({ workspace });
    expect(listed).toMatchObject([{ id, lastFour: '1234' }]);
    expect(JSON.stringify(listed)).not.toContain('very-secret');
    const stored = await web.prisma.providerKey.findUniqueOrThrow({ where: { id } });
    expect(Buffer.from(stored.ciphertext).toString('latin1')).not.toContain('very-secret');
    expect(await codeOf(caller.settings.providerKeys.add({ ...key, baseUrl: 'https://models.invalid/v1' }))).toBe(
      'CONFLICT',
    );
    const limits = { maxConcurrentCalls: 3, maxCallsPerMinute: null };
    await caller.settings.providerKeys.limit({ workspace, id, ...limits });
    expect(await caller.settings.providerKeys.list({ workspace })).toMatchObject([{ id, ...limits }]);
    for (const bad of [0, -1, 1.5, 10_001, Number.NaN]) {
      const refused = caller.settings.providerKeys.limit({ workspace, id, ...limits, maxConcurrentCalls: bad });
      expect(await codeOf(refused), String(bad)).toBe('BAD_REQUEST');
    }
    const asEditor = (await as(editor.userId)).settings.providerKeys;
    expect(await codeOf(asEditor.limit({ workspace, id, ...limits, maxCallsPerMinute: 9 }))).toBe('FORBIDDEN');
    expect(await web.prisma.providerKey.findUniqueOrThrow({ where: { id } })).toMatchObject(limits);
    await caller.settings.providerKeys.remove({ workspace, id });
    const actions = await web.prisma.auditLog.findMany({ where: { targetId: id }, orderBy: { createdAt: 'asc' } });
    expect(actions.map(({ action }) => action)).toEqual([
      'provider_key.added',
      'provider_key.limited',
      'provider_key.removed',
    ]);
  });
});

describe('accounts', () => {
  it('makes a user with a workspace of their own, once per address', async () => {
    const input = { name: 'Ada Lovelace', email: ' Ada@Example.com', password: 'correct horse battery' };
    const caller = await as(null);
    const { workspace } = await caller.auth.signUp(input);
    expect(workspace).toBe('ada-lovelace');
    expect(await codeOf(caller.auth.signUp(input))).toBe('CONFLICT');
    expect(await verifyCredentials(web.prisma, { email: 'ada@example.com', password: input.password })).not.toBeNull();
    expect(await verifyCredentials(web.prisma, { email: 'ada@example.com', password: 'wrong' })).toBeNull();
    expect(await verifyCredentials(web.prisma, { email: 'nobody@example.com', password: 'wrong' })).toBeNull();
  });

  it('never lets anybody in who has no password', async () => {
    expect(await verifyCredentials(web.prisma, { email: owner.email, password: '' })).toBeNull();
    expect(await hashPassword('x')).toMatch(/^\$2/);
  });

  it('stops counting out sign-ups from one address', async () => {
    const caller = createCaller(createContext(new Headers({ [CLIENT_IP_HEADER]: '203.0.113.9' })));
    const codes: string[] = [];
    for (let attempt = 0; attempt < 21; attempt += 1) {
      codes.push(
        await codeOf(caller.auth.signUp({ name: 'Bot', email: owner.email, password: 'correct horse battery' })),
      );
    }
    expect(codes.slice(0, 20).every((code) => code === 'CONFLICT')).toBe(true);
    expect(codes.at(-1)).toBe('TOO_MANY_REQUESTS');
  });
});
