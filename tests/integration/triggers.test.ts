import { randomUUID } from 'node:crypto';
import { TRPCError } from '@trpc/server';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { callAs, refusalOf } from './support/trpc.ts';
import { addMember, openWeb, type TestMember, type WebUnderTest } from './support/web.ts';
import { createTestWorkflow } from './support/workspace.ts';

let web: WebUnderTest;
let editor: TestMember;
let viewer: TestMember;
let caller: Awaited<ReturnType<typeof callAs>>;
let workspace = '';
let workflowId = '';

beforeAll(async () => {
  web = await openWeb();
});
afterAll(() => web?.close());
beforeEach(async () => {
  editor = await addMember(web.prisma, { role: 'editor' });
  viewer = await addMember(web.prisma, { role: 'viewer', workspaceId: editor.workspaceId });
  caller = await callAs(editor);
  workspace = editor.slug;
  workflowId = await createTestWorkflow(web.prisma, editor);
});

const schedule = {
  name: 'Morning',
  cron: '0 9 * * 1-5',
  timezone: 'Asia/Tokyo',
  input: { name: 'Ada' },
  enabled: true,
  skipIfRunning: true,
};
const webhook = { name: 'Orders', signed: true, response: 'immediate', enabled: true } as const;

const actionsOf = async (targetId: string) =>
  (await web.prisma.auditLog.findMany({ where: { targetId }, orderBy: { id: 'asc' } })).map(({ action, userId }) => {
    expect(userId).toBe(editor.userId);
    return action;
  });

const execution = async (data: { scheduleId?: string; webhookId?: string } = {}) => {
  const version = await web.prisma.workflowVersion.upsert({
    where: { workflowId_number: { workflowId, number: 1 } },
    update: {},
    create: { workflowId, number: 1, hash: randomUUID(), definition: {} },
  });
  const { id } = await web.prisma.execution.create({
    data: {
      workspaceId: editor.workspaceId,
      workflowId,
      versionId: version.id,
      trigger: 'schedule',
      status: 'running',
      input: {},
      ...data,
    },
  });
  return id;
};

describe('schedules', () => {
  it('are made, read with what they say, changed, paused and removed, and each step is in the audit log', async () => {
    const { id } = await caller.triggers.schedules.create({ workspace, workflowId, values: schedule });
    const read = async () => (await caller.triggers.schedules.list({ workspace })).items;
    const [made] = await read();
    expect(made).toMatchObject({
      id,
      ...schedule,
      workflow: { id: workflowId, name: 'Greeting' },
      words: { times: { kind: 'at', times: ['09:00'] }, days: { weekdays: [1, 2, 3, 4, 5] } },
      lastRunAt: null,
      lastExecution: null,
      lastError: null,
    });
    expect(made?.nextRunAt?.getUTCHours()).toBe(0);

    await caller.triggers.schedules.update({ workspace, id, change: { enabled: false } });
    expect(await read()).toMatchObject([
      { enabled: false, nextRunAt: null, cron: schedule.cron, input: schedule.input },
    ]);
    await caller.triggers.schedules.update({ workspace, id, change: { cron: '*/7 * * * *', enabled: true } });
    expect(await read()).toMatchObject([{ enabled: true, words: null, nextRunAt: expect.any(Date) }]);
    await caller.triggers.schedules.remove({ workspace, id });
    expect(await read()).toEqual([]);
    expect(await actionsOf(id)).toEqual([
      'schedule.created',
      'schedule.updated',
      'schedule.updated',
      'schedule.removed',
    ]);
  });

  it('tell how their last start went', async () => {
    const { id } = await caller.triggers.schedules.create({ workspace, workflowId, values: schedule });
    const lastExecutionId = await execution();
    const lastError = 'plan_limit: This workspace may start 1 execution: no more.';
    await web.prisma.schedule.update({ where: { id }, data: { lastExecutionId, lastError } });
    const read = async () => (await caller.triggers.schedules.list({ workspace })).items[0];
    expect(await read()).toMatchObject({
      lastExecution: { id: lastExecutionId, status: 'running' },
      lastError: { code: 'plan_limit', message: 'This workspace may start 1 execution: no more.' },
    });
    await web.prisma.execution.delete({ where: { id: lastExecutionId } });
    expect((await read())?.lastExecution).toBeNull();
  });

  it.each([
    [{ cron: '0 9 * *' }, ['cron']],
    [{ cron: '0 0 30 2 *' }, ['cron']],
    [{ timezone: '+09:00' }, ['timezone']],
    [{ input: { name: 7 } }, ['input.name']],
  ])('with %j are refused with the field named', async (wrong, fields) => {
    const create = caller.triggers.schedules.create({ workspace, workflowId, values: { ...schedule, ...wrong } });
    expect(await refusalOf(create)).toEqual({ code: 'bad_request', fields });
    expect(await web.prisma.schedule.count({ where: { workflowId } })).toBe(0);
  });

  it('refuse more input than an execution may have', async () => {
    const input = { name: 'x'.repeat(1024 * 1024) };
    const create = caller.triggers.schedules.create({ workspace, workflowId, values: { ...schedule, input } });
    expect(await refusalOf(create)).toMatchObject({ code: 'payload_too_large' });
  });

  it('come in pages, of one workflow or all', async () => {
    const other = await createTestWorkflow(web.prisma, editor);
    const make = (of: string, name: string) =>
      caller.triggers.schedules.create({ workspace, workflowId: of, values: { ...schedule, name } });
    for (const [of, name] of [
      [workflowId, 'one'],
      [other, 'two'],
      [workflowId, 'three'],
    ] as const)
      await make(of, name);
    const first = await caller.triggers.schedules.list({ workspace, limit: 2 });
    expect(first.items.map(({ name }) => name)).toEqual(['three', 'two']);
    const second = await caller.triggers.schedules.list({ workspace, limit: 2, cursor: first.nextCursor });
    expect(second).toMatchObject({ items: [{ name: 'one' }], nextCursor: null });
    const ofOther = await caller.triggers.schedules.list({ workspace, workflowId: other });
    expect(ofOther.items.map(({ name }) => name)).toEqual(['two']);
  });

  it('are previewed: next times in their zone, words, or what is wrong', async () => {
    const preview = (cron: string, timezone = 'UTC') =>
      caller.triggers.schedules.preview({ workspace, cron, timezone });
    const { times, problem, words } = await preview('0 9 * * *', 'Asia/Tokyo');
    expect(times).toHaveLength(5);
    expect(times.every((time, index) => time.getUTCHours() === 0 && time > (times[index - 1] ?? new Date()))).toBe(
      true,
    );
    expect({ problem, words }).toMatchObject({ problem: null, words: { times: { kind: 'at' } } });
    expect(await preview('every day')).toEqual({ problem: 'fields', words: null, times: [] });
    expect(await preview('61 * * * *')).toMatchObject({ problem: 'expression', times: [] });
    expect(await preview('0 0 31 2,4 *')).toMatchObject({ problem: 'never', times: [] });
    expect(await preview('0 9 * * *', 'Moon')).toMatchObject({ problem: 'timezone', words: { times: { kind: 'at' } } });
  });

  it('know what their workflow asks for', async () => {
    expect(await caller.triggers.inputFields({ workspace, workflowId })).toMatchObject([
      { name: 'name', type: 'text' },
    ]);
  });
});

describe('webhooks', () => {
  it('show their secret when it is made, and never again', async () => {
    const { id, path, secret } = await caller.triggers.webhooks.create({ workspace, workflowId, values: webhook });
    expect(path).toMatch(/^\/api\/hooks\/[\w-]{32}$/);
    expect(secret).toMatch(/^whsec_/);
    const listed = await caller.triggers.webhooks.list({ workspace });
    expect(listed.items).toMatchObject([{ id, path, ...webhook, workflow: { id: workflowId }, lastUsedAt: null }]);
    const rotated = await caller.triggers.webhooks.rotateSecret({ workspace, id });
    expect(rotated.secret).toMatch(/^whsec_/);
    expect(rotated.secret).not.toBe(secret);
    expect(rotated.path).toBe(path);
    const renamed = await caller.triggers.webhooks.update({ workspace, id, change: { name: 'Refunds' } });
    expect(renamed.secret).toBeNull();
    await caller.triggers.webhooks.update({ workspace, id, change: { signed: false } });
    const signedAgain = await caller.triggers.webhooks.update({ workspace, id, change: { signed: true } });
    expect(signedAgain.secret).not.toBe(rotated.secret);
    const stored = JSON.stringify([
      await web.prisma.webhook.findMany({ where: { id } }),
      await web.prisma.auditLog.findMany({ where: { targetId: id } }),
      await caller.triggers.webhooks.list({ workspace }),
    ]);
    for (const each of [secret, rotated.secret, signedAgain.secret]) expect(stored).not.toContain(each);
    await caller.triggers.webhooks.remove({ workspace, id });
    expect((await caller.triggers.webhooks.list({ workspace, workflowId })).items).toEqual([]);
    expect(await actionsOf(id)).toEqual([
      'webhook.created',
      'webhook.secret_rotated',
      'webhook.updated',
      'webhook.updated',
      'webhook.updated',
      'webhook.removed',
    ]);
  });

  it('keep their address from viewers, for whom it would be a way to run things', async () => {
    const { path } = await caller.triggers.webhooks.create({ workspace, workflowId, values: webhook });
    const seen = await (await callAs(viewer)).triggers.webhooks.list({ workspace });
    expect(seen.items).toMatchObject([{ name: 'Orders', path: null }]);
    expect(JSON.stringify(seen)).not.toContain(path.split('/').at(-1));
  });

  it('list their calls: what these started, or why not', async () => {
    const { id: webhookId } = await caller.triggers.webhooks.create({ workspace, workflowId, values: webhook });
    const executionId = await execution({ webhookId });
    const gone = randomUUID();
    for (const data of [
      { deliveryId: 'a', executionId, repeats: 2 },
      { deliveryId: 'b', executionId: gone },
      { deliveryId: 'c', refusal: 'signature_mismatch', detail: 'The signature is not right.' },
    ])
      await web.prisma.webhookDelivery.create({ data: { webhookId, ...data } });
    const { items, nextCursor } = await caller.triggers.webhooks.deliveries({ workspace, id: webhookId, limit: 2 });
    expect(items).toMatchObject([
      {
        messageId: 'c',
        execution: null,
        refusal: { code: 'signature_mismatch', message: 'The signature is not right.' },
      },
      { messageId: 'b', execution: { id: gone, status: null }, refusal: null },
    ]);
    const rest = await caller.triggers.webhooks.deliveries({ workspace, id: webhookId, cursor: nextCursor });
    expect(rest.items).toMatchObject([
      { messageId: 'a', repeats: 2, execution: { id: executionId, status: 'running' } },
    ]);
  });
});

describe('executions', () => {
  const start = (startAfter?: Date) =>
    caller.executions.start({ workspace, workflowId, source: 'draft', input: { name: 'Ada' }, startAfter });

  it('start later when told so, at a time that is ahead', async () => {
    const startAfter = new Date(Date.now() + 3_600_000);
    const { id } = await start(startAfter);
    expect(await caller.executions.get({ workspace, executionId: id })).toMatchObject({ startAfter, status: 'queued' });
    const { items } = await caller.executions.list({ workspace });
    expect(items).toMatchObject([{ id, startAfter, queuedAt: startAfter }]);
    // It is not what the workflow did last.
    const { items: workflows } = await caller.workflows.list({ workspace });
    expect(workflows).toMatchObject([{ id: workflowId, lastExecution: null, executions: 1, triggers: 0 }]);
    expect(await refusalOf(start(new Date(Date.now() - 1_000)))).toEqual({
      code: 'bad_request',
      fields: ['startAfter'],
    });
  });

  it('name the schedule or webhook that started them, while there is one', async () => {
    const { id: scheduleId } = await caller.triggers.schedules.create({ workspace, workflowId, values: schedule });
    const { id: webhookId } = await caller.triggers.webhooks.create({ workspace, workflowId, values: webhook });
    const ids = [await execution({ scheduleId }), await execution({ webhookId }), await execution()];
    const namesOf = async () => {
      const { items } = await caller.executions.list({ workspace });
      return ids.map((id) => items.find((item) => item.id === id)?.triggerName);
    };
    expect(await namesOf()).toEqual(['Morning', 'Orders', null]);
    expect((await caller.workflows.list({ workspace })).items).toMatchObject([{ triggers: 2 }]);
    await caller.triggers.webhooks.remove({ workspace, id: webhookId });
    expect(await namesOf()).toEqual(['Morning', null, null]);
  });
});

describe('who may do what', () => {
  it('viewers look and change nothing', async () => {
    const { id } = await caller.triggers.schedules.create({ workspace, workflowId, values: schedule });
    const looking = await callAs(viewer);
    expect((await looking.triggers.schedules.list({ workspace })).items).toHaveLength(1);
    const values = schedule;
    const refused = [
      () => looking.triggers.schedules.create({ workspace, workflowId, values }),
      () => looking.triggers.schedules.update({ workspace, id, change: { enabled: false } }),
      () => looking.triggers.schedules.remove({ workspace, id }),
      () => looking.triggers.webhooks.create({ workspace, workflowId, values: webhook }),
    ];
    for (const call of refused) await expect(call()).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(await web.prisma.schedule.count({ where: { id, enabled: true } })).toBe(1);
  });

  it('ids of others are ids of nobody', async () => {
    const stranger = await addMember(web.prisma, { role: 'owner' });
    const { id } = await caller.triggers.schedules.create({ workspace, workflowId, values: schedule });
    const theirs = await callAs(stranger);
    const call = theirs.triggers.schedules.remove({ workspace: stranger.slug, id });
    await expect(call).rejects.toBeInstanceOf(TRPCError);
    await expect(call).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await web.prisma.schedule.count({ where: { id } })).toBe(1);
  });
});
