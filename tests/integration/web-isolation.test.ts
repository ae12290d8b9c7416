import { randomUUID } from 'node:crypto';
import { jsonColumn } from '@agentweaver/db/json';
import { saveModelPrice } from '@agentweaver/db/model-price-store';
import { TRPCError } from '@trpc/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { getEnv } from '../../apps/web/src/server/env.ts';
import { toAppError } from '../../apps/web/src/server/trpc-errors.ts';
import { addCredential } from './support/credentials.ts';
import { callAs, PROCEDURES } from './support/trpc.ts';
import { createWaiting } from './support/waiting-execution.ts';
import { addMember, openWeb, type TestMember, tokenOf, type WebUnderTest } from './support/web.ts';

/** Is in everything that the workspace has, so that no answer can hold any of it unnoticed. */
const SECRET = 'Confidential plan';

let web: WebUnderTest;
let owner: TestMember;
let stranger: TestMember;
const ids = {
  executionId: '',
  waitId: '',
  workflowId: '',
  userId: '',
  tokenId: '',
  keyId: '',
  credentialId: '',
  invitationId: '',
  scheduleId: '',
  webhookId: '',
};

beforeAll(async () => {
  web = await openWeb();
  const { prisma } = web;
  owner = await addMember(prisma, { role: 'owner' });
  stranger = await addMember(prisma, { role: 'owner' });
  const { workspaceId, userId } = owner;
  Object.assign(ids, { userId }, await createWaiting(prisma, owner));
  const { executionId, workflowId } = ids;
  await prisma.workflow.update({ where: { id: workflowId }, data: { name: SECRET } });
  await prisma.execution.update({ where: { id: executionId }, data: { input: { text: SECRET } } });
  await prisma.executionStep.updateMany({
    where: { executionId },
    data: { nodeName: SECRET, output: jsonColumn(SECRET), model: SECRET },
  });
  await prisma.executionEvent.updateMany({ where: { executionId }, data: { message: SECRET } });
  await prisma.executionFile.create({
    data: {
      executionId,
      path: 'plan.txt',
      mediaType: 'text/plain',
      size: 4,
      content: Buffer.from('plan'),
      nodeId: 'greet',
    },
  });
  await tokenOf(prisma, owner);
  ids.tokenId = (await prisma.apiToken.findFirstOrThrow({ where: { workspaceId } })).id;
  const sealed = { ciphertext: Buffer.from(SECRET), keyVersion: 1, lastFour: 'plan' };
  ids.keyId = (
    await prisma.providerKey.create({ data: { workspaceId, provider: 'openai', label: SECRET, ...sealed } })
  ).id;
  const name = await addCredential(
    prisma,
    { masterKey: getEnv().AGENTWEAVER_MASTER_KEY, workspaceId },
    { name: SECRET, kind: 'bearer', settings: {}, secret: { token: SECRET } },
  );
  ids.credentialId = (await prisma.credential.findFirstOrThrow({ where: { workspaceId, name } })).id;
  const invitation = {
    workspaceId,
    email: 'x@example.com',
    role: 'editor',
    tokenHash: 'x',
    createdById: userId,
  } as const;
  ids.invitationId = (
    await prisma.invitation.create({ data: { ...invitation, expiresAt: new Date(Date.now() + 86_400_000) } })
  ).id;
  const timer = {
    name: SECRET,
    cron: '0 9 * * *',
    timezone: 'UTC',
    input: { text: SECRET },
    lastExecutionId: executionId,
  };
  ids.scheduleId = (await prisma.schedule.create({ data: { workspaceId, workflowId, ...timer } })).id;
  const hook = { name: SECRET, token: SECRET, ciphertext: Buffer.from(SECRET), keyVersion: 1 };
  const call = { deliveryId: SECRET, executionId, detail: SECRET };
  ids.webhookId = (
    await prisma.webhook.create({ data: { workspaceId, workflowId, ...hook, deliveries: { create: call } } })
  ).id;
  await saveModelPrice(prisma, { workspaceId, model: 'openai/secret', rate: { input: 1, cachedInput: 1, output: 1 } });
});
afterAll(() => web?.close());

type Case = { input: () => object; nothing?: boolean };
const notFound = (input: () => object): Case => ({ input });
/** Answers, but with nothing of it: a filter, or a stream that ends at once. */
const nothing = (input: () => object): Case => ({ input, nothing: true });

const workflow = () => ({ workflowId: ids.workflowId });
const execution = () => ({ executionId: ids.executionId });
const step = () => ({ ...execution(), nodeId: 'greet' });

const schedule = {
  name: 'Mine',
  cron: '0 9 * * *',
  timezone: 'UTC',
  input: { name: 'x' },
  enabled: true,
  skipIfRunning: true,
};
const webhook = { name: 'Mine', signed: true, response: 'immediate', enabled: true };

/** Every procedure that takes an id, with the ids of somebody else. */
const FOREIGN: Record<string, Case[]> = {
  'workflows.duplicate': [notFound(() => ({ ...workflow(), name: 'Copy' }))],
  'workflows.rename': [notFound(() => ({ ...workflow(), name: 'Mine' }))],
  'workflows.delete': [notFound(workflow)],
  'workflows.export': [notFound(workflow)],
  'workflows.list': [nothing(() => ({ cursor: ids.workflowId })), nothing(() => ({ search: SECRET }))],
  'builder.get': [notFound(workflow)],
  'builder.versions': [notFound(workflow)],
  'builder.publish': [notFound(workflow)],
  'executions.list': [
    nothing(workflow),
    nothing(() => ({ search: SECRET })),
    nothing(() => ({ search: ids.executionId })),
  ],
  'executions.get': [notFound(execution)],
  'executions.payload': [notFound(execution)],
  'executions.step': [notFound(step)],
  'executions.rounds': [notFound(step)],
  'executions.messages': [notFound(execution)],
  'executions.files': [notFound(execution)],
  'executions.file': [notFound(() => ({ ...execution(), path: 'plan.txt' }))],
  'executions.log': [notFound(execution)],
  'executions.start': [
    notFound(() => ({ ...workflow(), source: 'draft', input: {} })),
    notFound(() => ({ workflowId: own, source: 'draft', input: { name: 'x' }, rerunOfId: ids.executionId })),
    notFound(() => ({
      workflowId: own,
      source: 'draft',
      input: { name: 'x' },
      reuse: { executionId: ids.executionId, from: 'greet' },
    })),
  ],
  'executions.cancel': [notFound(execution)],
  'executions.rerun': [notFound(execution)],
  'executions.rerunStep': [notFound(() => ({ ...step(), mode: 'from' }))],
  'executions.answerWait': [notFound(() => ({ waitId: ids.waitId, answer: { approved: true } }))],
  'executions.delete': [notFound(execution)],
  'executions.watch': [nothing(execution)],
  'analytics.get': [
    nothing(() => ({ ...workflow(), from: new Date(0), to: new Date(86_400_000), timeZone: 'Asia/Tokyo' })),
  ],
  'settings.members.withdrawInvitation': [notFound(() => ({ id: ids.invitationId }))],
  'settings.members.setRole': [notFound(() => ({ userId: ids.userId, role: 'viewer' }))],
  'settings.members.remove': [notFound(() => ({ userId: ids.userId }))],
  'settings.apiTokens.revoke': [notFound(() => ({ id: ids.tokenId }))],
  'settings.providerKeys.test': [notFound(() => ({ id: ids.keyId }))],
  'settings.providerKeys.limit': [notFound(() => ({ id: ids.keyId, maxConcurrentCalls: 1, maxCallsPerMinute: 1 }))],
  'settings.providerKeys.remove': [notFound(() => ({ id: ids.keyId }))],
  'settings.modelPrices.remove': [notFound(() => ({ model: 'openai/secret' }))],
  'credentials.usage': [notFound(() => ({ id: ids.credentialId }))],
  'credentials.update': [
    notFound(() => ({ id: ids.credentialId, revision: 0, settings: {}, allowedHosts: ['evil.example'] })),
  ],
  'credentials.test': [notFound(() => ({ id: ids.credentialId }))],
  'credentials.remove': [notFound(() => ({ id: ids.credentialId }))],
  'triggers.inputFields': [notFound(workflow)],
  'triggers.schedules.list': [notFound(workflow), nothing(() => ({ cursor: ids.scheduleId }))],
  'triggers.schedules.create': [notFound(() => ({ ...workflow(), values: schedule }))],
  'triggers.schedules.update': [notFound(() => ({ id: ids.scheduleId, change: { enabled: false } }))],
  'triggers.schedules.remove': [notFound(() => ({ id: ids.scheduleId }))],
  'triggers.webhooks.list': [notFound(workflow), nothing(() => ({ cursor: ids.webhookId }))],
  'triggers.webhooks.create': [notFound(() => ({ ...workflow(), values: webhook }))],
  'triggers.webhooks.update': [notFound(() => ({ id: ids.webhookId, change: { signed: false } }))],
  'triggers.webhooks.rotateSecret': [notFound(() => ({ id: ids.webhookId }))],
  'triggers.webhooks.remove': [notFound(() => ({ id: ids.webhookId }))],
  'triggers.webhooks.deliveries': [notFound(() => ({ id: ids.webhookId }))],
};
/** A workflow of the stranger's own. */
let own = '';

const takesId = ({ inputs }: { inputs: z.ZodType[] }): boolean =>
  inputs.some((schema) =>
    JSON.stringify(z.toJSONSchema(schema, { unrepresentable: 'any', io: 'input' })).includes('"uuid"'),
  );

const invoke = async (member: TestMember, path: string, input: object): Promise<unknown> => {
  let procedure: unknown = await callAs(member);
  for (const key of path.split('.')) procedure = (procedure as Record<string, unknown>)[key];
  const result = await (procedure as (input: object) => Promise<unknown>)({ workspace: member.slug, ...input });
  if (typeof result !== 'object' || result === null || !(Symbol.asyncIterator in result)) return result;
  const all: unknown[] = [];
  for await (const each of result as AsyncIterable<unknown>) all.push(each);
  return all;
};

/** Everything of the workspace that a call could have changed. */
const everything = async () => {
  const where = { workspaceId: owner.workspaceId };
  const { prisma } = web;
  return JSON.stringify([
    await prisma.workflow.findMany({ where, include: { versions: true, draft: { select: { updatedAt: true } } } }),
    await prisma.execution.findMany({ where, include: { steps: true, waits: true, events: true } }),
    await prisma.member.findMany({ where }),
    await prisma.apiToken.findMany({ where }),
    await prisma.providerKey.findMany({ where }),
    await prisma.credential.findMany({ where }),
    await prisma.invitation.findMany({ where }),
    await prisma.modelPrice.findMany({ where }),
    await prisma.schedule.findMany({ where }),
    await prisma.webhook.findMany({ where, include: { deliveries: true } }),
    await prisma.auditLog.count({ where }),
  ]);
};

describe('ids of another workspace', () => {
  let before = '';
  beforeAll(async () => {
    own = (await createWaiting(web.prisma, stranger)).workflowId;
    before = await everything();
  });

  it('are tried with every procedure that takes one', () => {
    const taking = Object.entries(PROCEDURES).flatMap(([path, procedure]) => (takesId(procedure) ? [path] : []));
    expect(taking.length).toBeGreaterThan(30);
    expect(taking.filter((path) => !(path in FOREIGN))).toEqual([]);
    expect(Object.keys(FOREIGN).filter((path) => !(path in PROCEDURES))).toEqual([]);
  });

  const cases = Object.entries(FOREIGN).flatMap(([path, each]) => each.map((one, index) => ({ path, index, ...one })));
  it.each(cases)('are not there for $path ($index)', async ({ path, input, nothing: answers }) => {
    const outcome = await invoke(stranger, path, input()).then(
      (value) => ({ value: JSON.stringify(value) ?? '' }),
      (error: unknown) => {
        if (!(error instanceof TRPCError)) throw error;
        const { code, publicMessage, problems } = toAppError(error);
        return { code, value: JSON.stringify({ publicMessage, problems }) };
      },
    );
    expect(outcome).toMatchObject(answers ? { value: expect.any(String) } : { code: 'not_found' });
    expect('code' in outcome).toBe(!answers);
    expect(outcome.value).not.toContain(SECRET);
    expect(outcome.value).not.toContain(ids.executionId);
    // The same as for an id that nobody has.
    const known = new Set(Object.values(ids));
    const unknown = JSON.parse(JSON.stringify(input()), (_, value) => (known.has(value) ? randomUUID() : value));
    if (!answers) await expect(invoke(stranger, path, unknown)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('change nothing, and lists show nothing of theirs', async () => {
    expect(await everything()).toBe(before);
    for (const path of [
      'workflows.list',
      'executions.list',
      'executions.workflowOptions',
      'executions.openWaits',
      'credentials.list',
      'credentials.names',
      'settings.members.list',
      'settings.apiTokens.list',
      'settings.providerKeys.list',
      'settings.modelPrices.list',
      'settings.systemStatus',
      'builder.models',
      'triggers.schedules.list',
      'triggers.webhooks.list',
    ]) {
      const mine = JSON.stringify(await invoke(owner, path, {}));
      const theirs = JSON.stringify(await invoke(stranger, path, {}));
      expect(mine.length).toBeGreaterThan(0);
      for (const word of [SECRET, 'openai/secret', ...Object.values(ids)]) expect(theirs).not.toContain(word);
    }
    expect(JSON.stringify(await invoke(owner, 'executions.openWaits', {}))).toContain(ids.waitId);
  });
});
