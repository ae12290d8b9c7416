import { randomUUID } from 'node:crypto';
import { createPrisma } from '@agentweaver/db/client';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import { jsonColumn } from '@agentweaver/db/json';
import { type FiringDependencies, fireDueSchedules } from '@agentweaver/db/schedule-firing';
import {
  createSchedule,
  listSchedules,
  removeSchedule,
  type ScheduleValues,
  updateSchedule,
} from '@agentweaver/db/schedule-store';
import { publishDraft } from '@agentweaver/db/workflow-store';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from './support/database.ts';
import { createTestWorkflow, createTestWorkspace, simpleDefinition, type TestWorkspace } from './support/workspace.ts';

const values: ScheduleValues = {
  name: 'Morning',
  cron: '0 9 * * *',
  timezone: 'America/New_York',
  input: { name: 'Ada' },
  enabled: true,
  skipIfRunning: false,
};

let database: TestDatabase;
let prisma: PrismaClient;
let other: PrismaClient;
let workspace: TestWorkspace;
let workflowId: string;
let queued: string[] = [];
let dependencies: FiringDependencies;

beforeAll(async () => {
  database = await createTestDatabase();
  prisma = createPrisma({ databaseUrl: database.databaseUrl, max: 12 });
  other = createPrisma({ databaseUrl: database.databaseUrl, max: 12 });
});
afterAll(async () => {
  await Promise.all([prisma.$disconnect(), other.$disconnect()]);
  await database.drop();
});
beforeEach(async () => {
  await prisma.schedule.deleteMany();
  workspace = await createTestWorkspace(prisma);
  workflowId = await createTestWorkflow(prisma, workspace);
  queued = [];
  dependencies = {
    prisma,
    queue: {
      add: async ({ executionId }) => {
        queued.push(executionId);
      },
    },
  };
});

const at = (time: string) => new Date(time);
const actorOf = ({ workspaceId, userId }: TestWorkspace) => ({ workspaceId, userId });
const create = (changes: Partial<ScheduleValues> = {}, now = at('2026-03-06T12:00:00Z')) =>
  createSchedule(prisma, { actor: actorOf(workspace), workflowId, values: { ...values, ...changes }, now });
const read = (id: string) => prisma.schedule.findUniqueOrThrow({ where: { id } });
const executions = () => prisma.execution.findMany({ where: { workflowId }, orderBy: { id: 'asc' } });
const end = (id: string) => prisma.execution.update({ where: { id }, data: { status: 'completed' } });

describe('a schedule that is due', () => {
  it('starts its workflow with its input, as a batch, and is due again at its next time', async () => {
    const { id, nextRunAt } = await create();
    expect(nextRunAt).toEqual(at('2026-03-06T14:00:00Z'));
    const early = await fireDueSchedules(dependencies, { now: at('2026-03-06T13:59:59Z') });
    expect(early).toEqual({ started: [], leftOut: 0, broken: 0, nextInMs: 1_000 });
    const { started, nextInMs } = await fireDueSchedules(dependencies, { now: at('2026-03-06T14:00:00Z') });
    const [execution] = await executions();
    expect(started).toEqual([execution?.id]);
    expect(queued).toEqual(started);
    expect(execution).toMatchObject({
      trigger: 'schedule',
      priority: 'batch',
      scheduleId: id,
      input: { name: 'Ada' },
      status: 'queued',
    });
    expect(nextInMs).toBe(86_400_000);
    expect(await read(id)).toMatchObject({
      nextRunAt: at('2026-03-07T14:00:00Z'),
      lastRunAt: at('2026-03-06T14:00:00Z'),
      lastExecutionId: execution?.id,
      lastError: null,
    });
  });

  it.each([
    ['America/New_York', '2026-03-07T12:00:00Z', ['2026-03-07T14:00', '2026-03-08T13:00', '2026-03-09T13:00']],
    ['America/New_York', '2026-10-31T12:00:00Z', ['2026-10-31T13:00', '2026-11-01T14:00', '2026-11-02T14:00']],
    ['Asia/Tokyo', '2026-03-07T12:00:00Z', ['2026-03-08T00:00', '2026-03-09T00:00', '2026-03-10T00:00']],
  ])('stays at nine in %s, from %s on', async (timezone, from, times) => {
    const { id } = await create({ timezone }, at(from));
    for (const time of times) {
      const now = at(`${time}:00Z`);
      expect((await read(id)).nextRunAt).toEqual(now);
      expect((await fireDueSchedules(dependencies, { now })).started).toHaveLength(1);
    }
  });

  it('starts once for each time, however many look at once', async () => {
    const ids = await Promise.all(Array.from({ length: 8 }, async () => (await create()).id));
    const now = at('2026-03-06T14:00:00Z');
    const results = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        fireDueSchedules({ ...dependencies, prisma: index % 2 ? prisma : other }, { now }),
      ),
    );
    expect(results.flatMap(({ started }) => started)).toHaveLength(8);
    const rows = await executions();
    expect(rows.map(({ scheduleId }) => scheduleId).sort()).toEqual([...ids].sort());
    expect(queued).toHaveLength(8);
  });

  it('is made up for once, however often it was due meanwhile', async () => {
    const { id } = await create({ cron: '*/5 * * * *' });
    const { started } = await fireDueSchedules(dependencies, { now: at('2026-03-09T12:02:00Z') });
    expect(started).toHaveLength(1);
    expect((await read(id)).nextRunAt).toEqual(at('2026-03-09T12:05:00Z'));
    expect((await fireDueSchedules(dependencies, { now: at('2026-03-09T12:02:01Z') })).started).toEqual([]);
  });

  it('is not started twice when who started it dies before that is noted', async () => {
    const { id, nextRunAt } = await create({ skipIfRunning: true });
    const now = at('2026-03-06T14:00:00Z');
    const { started } = await fireDueSchedules(dependencies, { now });
    // The start is stored, the schedule is as it was: its transaction was broken off. Meanwhile it was changed, too.
    const input = jsonColumn({ name: 'Grace' });
    await prisma.schedule.update({ where: { id }, data: { nextRunAt, lastRunAt: null, lastExecutionId: null, input } });
    await publishDraft(prisma, { ...workspace, workflowId, note: '' });
    const again = await fireDueSchedules(dependencies, { now });
    expect(again.started).toEqual(started);
    expect(await executions()).toHaveLength(1);
    expect((await read(id)).lastExecutionId).toBe(started[0]);
  });

  it('is left out while the execution before still runs, and says so', async () => {
    const { id } = await create({ skipIfRunning: true });
    const [first] = (await fireDueSchedules(dependencies, { now: at('2026-03-06T14:00:00Z') })).started;
    const second = await fireDueSchedules(dependencies, { now: at('2026-03-07T14:00:00Z') });
    expect(second).toMatchObject({ started: [], leftOut: 1 });
    expect(await read(id)).toMatchObject({
      lastError: 'still_running: The execution before was still running.',
      nextRunAt: at('2026-03-08T13:00:00Z'),
      lastExecutionId: first,
    });
    await end(first ?? '');
    expect((await fireDueSchedules(dependencies, { now: at('2026-03-08T13:00:00Z') })).started).toHaveLength(1);
    expect((await read(id)).lastError).toBeNull();
  });

  it('says what is wrong with its workflow, and goes on when that is mended', async () => {
    const { id } = await create();
    const draft = await prisma.workflowDraft.findUniqueOrThrow({ where: { workflowId } });
    await prisma.workflowDraft.update({
      where: { workflowId },
      data: { definition: jsonColumn({ nodes: [], edges: [] }) },
    });
    const failed = await fireDueSchedules(dependencies, { now: at('2026-03-06T14:00:00Z') });
    expect(failed).toMatchObject({ started: [], leftOut: 1 });
    expect((await read(id)).lastError).toMatch(/^invalid_workflow: The workflow has .*definition: /);
    await prisma.workflowDraft.update({
      where: { workflowId },
      data: { definition: jsonColumn(draft.definition) },
    });
    expect((await fireDueSchedules(dependencies, { now: at('2026-03-07T14:00:00Z') })).started).toHaveLength(1);
  });

  it('says that the plan is used up', async () => {
    const { id } = await create();
    await prisma.workspace.update({ where: { id: workspace.workspaceId }, data: { maxExecutionsPerDay: 0 } });
    await fireDueSchedules(dependencies, { now: at('2026-03-06T14:00:00Z') });
    expect((await read(id)).lastError).toMatch(/^plan_limit: /);
  });

  it('runs the published version once there is one', async () => {
    await create();
    const published = await publishDraft(prisma, { ...workspace, workflowId, note: '' });
    await prisma.workflowDraft.update({
      where: { workflowId },
      data: { definition: jsonColumn(simpleDefinition('changed')) },
    });
    await fireDueSchedules(dependencies, { now: at('2026-03-06T14:00:00Z') });
    const [execution] = await prisma.execution.findMany({ where: { workflowId }, include: { version: true } });
    expect(execution?.version.number).toBe(published.number);
  });

  it('keeps no other from its start when it breaks, and stays due', async () => {
    const { id: bad } = await create();
    const { id: good } = await create({ cron: '30 9 * * *' });
    // Nothing that a person could cause: the database refuses to note the start.
    await prisma.$executeRawUnsafe(
      `ALTER TABLE schedules ADD CONSTRAINT broken CHECK (id <> '${bad}' OR last_run_at IS NULL)`,
    );
    const told: string[] = [];
    const options = { ...dependencies, onError: (_: unknown, id: string) => told.push(id) };
    const result = await fireDueSchedules(options, { now: at('2026-03-06T15:00:00Z') });
    await prisma.$executeRawUnsafe('ALTER TABLE schedules DROP CONSTRAINT broken');
    expect(result).toMatchObject({ broken: 1 });
    expect(told).toEqual([bad]);
    expect((await read(good)).lastRunAt).not.toBeNull();
    expect((await read(bad)).nextRunAt).toEqual(at('2026-03-06T14:00:00Z'));
    await fireDueSchedules(dependencies, { now: at('2026-03-06T15:00:01Z') });
    const ofBad = (await executions()).filter(({ scheduleId }) => scheduleId === bad);
    expect(ofBad).toHaveLength(1);
    expect((await read(bad)).lastExecutionId).toBe(ofBad[0]?.id);
  });

  it('uses the clock of the database', async () => {
    const { id } = await create({ cron: '* * * * * *', timezone: 'UTC' }, new Date());
    const { nextInMs } = await fireDueSchedules(dependencies);
    expect(nextInMs).toBeLessThanOrEqual(2_000);
    await new Promise((resolve) => setTimeout(resolve, (nextInMs ?? 0) + 50));
    expect((await fireDueSchedules(dependencies)).started).toHaveLength(1);
    expect(Math.abs(((await read(id)).lastRunAt?.getTime() ?? 0) - Date.now())).toBeLessThan(2_000);
  });
});

describe('changing schedules', () => {
  it('counts from the moment of the change', async () => {
    const { id } = await create();
    const change = (values: Partial<ScheduleValues>, now: string) =>
      updateSchedule(prisma, { actor: actorOf(workspace), id, change: values, now: at(now) });
    expect((await change({ enabled: false }, '2026-03-06T13:00:00Z')).nextRunAt).toBeNull();
    expect((await fireDueSchedules(dependencies, { now: at('2026-03-10T00:00:00Z') })).nextInMs).toBeNull();
    const enabled = await change({ enabled: true }, '2026-03-10T00:00:00Z');
    expect(enabled.nextRunAt).toEqual(at('2026-03-10T13:00:00Z'));
    const moved = await change({ timezone: 'Asia/Tokyo', cron: '0 12 * * *' }, '2026-03-10T00:00:00Z');
    expect(moved.nextRunAt).toEqual(at('2026-03-10T03:00:00Z'));
    expect((await change({ name: 'Noon' }, '2026-03-11T00:00:00Z')).nextRunAt).toEqual(moved.nextRunAt);
    const actions = await prisma.auditLog.findMany({ where: { targetId: id }, orderBy: { id: 'asc' } });
    expect(actions.map(({ action }) => action)).toEqual(['schedule.created', ...Array(4).fill('schedule.updated')]);
  });

  it.each([
    [{ cron: '0 9 * *' }, ['cron']],
    [{ cron: '99 9 * * *' }, ['cron']],
    [{ cron: '0 0 31 2,4 *' }, ['cron']],
    [{ timezone: 'Mars/Olympus' }, ['timezone']],
    [{ input: { name: 7 } }, ['input.name']],
    [{ input: 'Ada' }, ['input']],
  ])('refuses %j and names the field', async (changes, fields) => {
    const refusal = { code: 'bad_request', problems: fields.map((field) => expect.objectContaining({ field })) };
    await expect(create(changes as Partial<ScheduleValues>)).rejects.toMatchObject(refusal);
    const { id } = await create();
    const change = updateSchedule(prisma, {
      actor: actorOf(workspace),
      id,
      change: changes as Partial<ScheduleValues>,
    });
    await expect(change).rejects.toMatchObject(refusal);
    expect(await read(id)).toMatchObject({ cron: values.cron, timezone: values.timezone, input: values.input });
  });

  it('belongs to its workspace', async () => {
    const { id } = await create();
    const stranger = await createTestWorkspace(prisma);
    const actor = actorOf(stranger);
    const absent = { code: 'not_found' };
    await expect(createSchedule(prisma, { actor, workflowId, values })).rejects.toMatchObject(absent);
    await expect(updateSchedule(prisma, { actor, id, change: { enabled: false } })).rejects.toMatchObject(absent);
    await expect(removeSchedule(prisma, { actor, id })).rejects.toMatchObject(absent);
    await expect(
      listSchedules(prisma, { workspaceId: stranger.workspaceId, workflowId, limit: 9 }),
    ).rejects.toMatchObject(absent);
    await expect(removeSchedule(prisma, { actor, id: randomUUID() })).rejects.toMatchObject(absent);
    const listed = await listSchedules(prisma, { workspaceId: workspace.workspaceId, workflowId, limit: 9 });
    expect(listed).toMatchObject({ items: [{ id, workflow: { name: 'Greeting' } }], nextCursor: null });
    await removeSchedule(prisma, { actor: actorOf(workspace), id });
    expect(await prisma.schedule.count({ where: { workflowId } })).toBe(0);
  });
});
