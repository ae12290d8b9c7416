import { setTimeout as sleep } from 'node:timers/promises';
import { createPrisma } from '@agentweaver/db/client';
import { requestCancel } from '@agentweaver/db/execution-store';
import { createExecutionQueue } from '@agentweaver/db/queue';
import { fireDueSchedules } from '@agentweaver/db/schedule-firing';
import { createSchedule } from '@agentweaver/db/schedule-store';
import { startExecution } from '@agentweaver/db/start-execution';
import { afterEach, describe, expect, test } from 'vitest';
import { createTestDatabase } from './support/database.ts';
import { waitForExecution } from './support/executions.ts';
import { startExecutor } from './support/executor.ts';
import { canRunRedis, startOwnRedis } from './support/outages/own-redis.ts';
import { createTestWorkflow, createTestWorkspace } from './support/workspace.ts';

const closers: (() => Promise<unknown>)[] = [];
const closing = <T>(thing: T, close: () => Promise<unknown>): T => {
  closers.push(close);
  return thing;
};
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

/** An executor that waits for work, on the queue of this Redis or of PostgreSQL. */
const setUp = async (redisUrl?: string) => {
  const database = await createTestDatabase();
  closing(database, database.drop);
  const { databaseUrl } = database;
  const prisma = createPrisma({ databaseUrl });
  closing(prisma, () => prisma.$disconnect());
  const queue = createExecutionQueue({ databaseUrl, redisUrl, onError: () => undefined });
  closing(queue, queue.close);
  const executor = await startExecutor({ databaseUrl, env: redisUrl ? { REDIS_URL: redisUrl } : {} });
  closing(executor, executor.killHard);
  const workspace = await createTestWorkspace(prisma);
  const workflowId = await createTestWorkflow(prisma, workspace);
  const { workspaceId, userId } = workspace;
  const start = async (startAfter?: Date) => {
    const request = { workspaceId, workflowId, source: 'draft', input: { name: 'Ada' }, trigger: 'manual' } as const;
    return (await startExecution({ prisma, queue }, { ...request, userId, startAfter })).id;
  };
  return { prisma, queue, workspace, workflowId, start };
};

const inMs = (ms: number) => new Date(Date.now() + ms);

describe('a delayed start', () => {
  test.skipIf(!canRunRedis)('runs at its time, not before, and lets others pass', async () => {
    const redis = await startOwnRedis();
    closing(redis, redis.close);
    const { prisma, queue, start } = await setUp(redis.url);
    const startAfter = inMs(4_000);
    const later = await start(startAfter);
    expect(await queue.counts()).toMatchObject({ delayed: 1 });
    const now = await start();
    expect((await waitForExecution(prisma, now)).completedAt?.getTime()).toBeLessThan(startAfter.getTime());
    const ended = await waitForExecution(prisma, later);
    expect(ended).toMatchObject({ status: 'completed', results: 'Hello Ada', startAfter, queuedAt: startAfter });
    const lateMs = (ended.startedAt?.getTime() ?? 0) - startAfter.getTime();
    expect(lateMs).toBeGreaterThanOrEqual(0);
    expect(lateMs).toBeLessThan(3_000);
    expect(ended.events[0]?.message).toBe(`Starts at ${startAfter.toISOString()}.`);
  });

  test('does the same on the queue of PostgreSQL', async () => {
    const { prisma, start } = await setUp();
    const startAfter = inMs(3_000);
    const ended = await waitForExecution(prisma, await start(startAfter));
    const lateMs = (ended.startedAt?.getTime() ?? 0) - startAfter.getTime();
    expect(ended.status).toBe('completed');
    expect(lateMs).toBeGreaterThanOrEqual(0);
    expect(lateMs).toBeLessThan(5_000);
  });

  test.skipIf(!canRunRedis)(
    'survives a restart of the queue, with what it held and without',
    async () => {
      const redis = await startOwnRedis();
      closing(redis, redis.close);
      const { prisma, start } = await setUp(redis.url);
      const kept = inMs(6_000);
      const first = await start(kept);
      await redis.restart();
      const afterKept = await waitForExecution(prisma, first);
      expect(afterKept.status).toBe('completed');
      expect(afterKept.startedAt?.getTime()).toBeGreaterThanOrEqual(kept.getTime());

      const lost = inMs(4_000);
      const second = await start(lost);
      await redis.restart({ empty: true });
      // Its job is gone: whoever sweeps puts it back, a little after its time.
      const afterLost = await waitForExecution(prisma, second, { timeoutMs: 60_000 });
      expect(afterLost).toMatchObject({ status: 'completed', attempts: 1 });
      expect(afterLost.startedAt?.getTime()).toBeGreaterThanOrEqual(lost.getTime());
    },
    120_000,
  );

  test('can be cancelled before its time, and then never runs', async () => {
    const { prisma, workspace, start } = await setUp();
    const startAfter = inMs(2_500);
    const id = await start(startAfter);
    await requestCancel(prisma, { id, workspaceId: workspace.workspaceId });
    const pass = await waitForExecution(prisma, await start(inMs(3_500)));
    expect(pass.status).toBe('completed');
    const cancelled = await prisma.execution.findUniqueOrThrow({ where: { id } });
    expect(cancelled.queuedAt.getTime()).toBeLessThan(startAfter.getTime());
    expect(cancelled).toMatchObject({
      status: 'cancelled',
      startedAt: null,
      attempts: 0,
    });
  });
});

test('a schedule that was set while nothing ran is started when an executor is there', async () => {
  const { prisma, queue, workspace, workflowId } = await setUp();
  const { workspaceId, userId } = workspace;
  const values = { name: 'Each second', cron: '* * * * * *', timezone: 'UTC', input: { name: 'Ada' } };
  const { id } = await createSchedule(prisma, {
    actor: { workspaceId, userId },
    workflowId,
    values: { ...values, enabled: true, skipIfRunning: true },
  });
  // The executor's own loop and this caller race for each time; every time is started once.
  const deadline = Date.now() + 6_000;
  while (Date.now() < deadline) {
    await fireDueSchedules({ prisma, queue });
    await sleep(20);
  }
  const started = await prisma.execution.findMany({ where: { scheduleId: id } });
  expect(started.length).toBeGreaterThanOrEqual(1);
  expect(new Set(started.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(started.length);
  const [first] = started;
  expect(await waitForExecution(prisma, first?.id ?? '')).toMatchObject({ status: 'completed', results: 'Hello Ada' });
});
