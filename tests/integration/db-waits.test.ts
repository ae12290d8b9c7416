import { randomUUID } from 'node:crypto';
import type { EngineEvent } from '@agentweaver/core/engine/events';
import { createPrisma } from '@agentweaver/db/client';
import { claimExecution } from '@agentweaver/db/execution-claim';
import { recordEvents } from '@agentweaver/db/execution-recorder';
import { finishExecution, heartbeat, requestCancel } from '@agentweaver/db/execution-store';
import { suspendExecution } from '@agentweaver/db/execution-suspension';
import { sweepStale } from '@agentweaver/db/execution-sweeper';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import { startExecution } from '@agentweaver/db/start-execution';
import { TUNABLES } from '@agentweaver/db/tunables';
import { answerWait, openWait } from '@agentweaver/db/wait-store';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from './support/database.ts';
import { createTestWorkflow, createTestWorkspace, type TestWorkspace } from './support/workspace.ts';

let database: TestDatabase;
let prisma: PrismaClient;
let workspace: TestWorkspace;
let workflowId: string;
const queued: string[] = [];
const queue = {
  add: async ({ executionId, attempt = 0 }: { executionId: string; attempt?: number }) =>
    void queued.push(`${executionId}-${attempt}`),
  counts: async () => ({ waiting: 0, active: 0, delayed: 0 }),
};

beforeAll(async () => {
  database = await createTestDatabase();
  prisma = createPrisma({ databaseUrl: database.databaseUrl, max: 20 });
});
afterAll(async () => {
  await prisma.$disconnect();
  await database.drop();
});
beforeEach(async () => {
  queued.length = 0;
  workspace = await createTestWorkspace(prisma);
  workflowId = await createTestWorkflow(prisma, workspace);
});

const claim = async (id: string, now?: Date) => {
  const claimed = await claimExecution(prisma, { id, executorId: 'executor-1', now });
  if (claimed.kind !== 'claimed') throw new Error(`not claimed: ${claimed.kind}`);
  return claimed;
};
/** An execution whose step `greet` runs. */
const running = async () => {
  const { workspaceId, userId } = workspace;
  const { id } = await startExecution(
    { prisma, queue },
    { workspaceId, workflowId, source: 'draft', input: { name: 'Ada' }, trigger: 'manual', userId },
  );
  const { attemptId } = await claim(id);
  await recordEvents(prisma, { executionId: id, attemptId, events: [started('greet')] });
  return { id, attemptId };
};
const started = (nodeId: string): EngineEvent => ({
  type: 'step_started',
  at: Date.now(),
  nodeId,
  iteration: '',
  attempt: 1,
  input: null,
});
const waits = (nodeId = 'greet'): EngineEvent => ({
  type: 'step_waiting',
  at: Date.now(),
  nodeId,
  iteration: '',
  attempt: 1,
  kind: 'human',
});
const keyOf = (executionId: string, callIndex = 0, nodeId = 'greet') => ({
  executionId,
  nodeId,
  iteration: '',
  attempt: 1,
  callIndex,
  kind: 'human' as const,
});
const ask = ({ id, attemptId }: { id: string; attemptId: string }, forMs?: number, key = keyOf(id)) =>
  openWait(prisma, { key, attemptId, request: { title: 'Sure?' }, forMs });
const answer = (id: string, response: unknown = { approved: true }) =>
  answerWait(prisma, {
    id,
    workspaceId: workspace.workspaceId,
    response,
    user: { id: workspace.userId, name: 'Ada' },
  });
const read = (id: string) => prisma.execution.findUniqueOrThrow({ where: { id } });
const stepOf = (executionId: string, nodeId: string) =>
  prisma.executionStep.findUniqueOrThrow({
    where: { executionId_nodeId_iteration: { executionId, nodeId, iteration: '' } },
  });
/** What the rows look like after `ms` more, for the time that is the database's own. */
const later = (executionId: string, ms: number) =>
  prisma.$executeRaw`
    UPDATE waits SET until = until - ${`${ms} ms`}::interval WHERE execution_id = ${executionId}::uuid`;

describe('a wait', () => {
  it('is opened once, however often it is asked, and counts from the first time', async () => {
    const execution = await running();
    const first = await ask(execution, 60_000);
    const second = await ask(execution, 60_000);
    expect(first).toMatchObject({ status: 'open', until: expect.any(Date) });
    expect(second).toEqual(first);
    expect(await prisma.wait.count({ where: { executionId: execution.id } })).toBe(1);
  });

  it('gives its answer to the step that asks again', async () => {
    const execution = await running();
    const { id: waitId } = (await ask(execution)) as { id: string };
    const answered = await answer(waitId, { approved: false });
    expect(answered).toMatchObject({ executionId: execution.id, status: 'running', requeue: undefined });
    expect(await ask(execution)).toMatchObject({
      status: 'answered',
      response: { approved: false },
      answeredBy: 'Ada',
      answeredById: workspace.userId,
    });
    const events = await prisma.executionEvent.findMany({
      where: { executionId: execution.id },
      orderBy: { seq: 'asc' },
    });
    expect(events.at(-1)).toMatchObject({ type: 'wait_answered', nodeId: 'greet', seq: answered.lastSeq });
  });

  it('expires at its time, and then nobody can answer any more', async () => {
    const execution = await running();
    const { id: waitId } = (await ask(execution, 60_000)) as { id: string };
    await later(execution.id, 61_000);
    await expect(answer(waitId)).rejects.toMatchObject({ code: 'conflict' });
    expect(await ask(execution, 60_000)).toMatchObject({ status: 'expired' });
    expect(await ask(execution, 60_000)).toMatchObject({ status: 'expired' });
    await expect(answer(waitId)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('is answered by one of many', async () => {
    const execution = await running();
    const { id: waitId } = (await ask(execution)) as { id: string };
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) => answer(waitId, { comment: `${index}` })),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('is not found from another workspace, and only the owner of the execution opens one', async () => {
    const execution = await running();
    const { id: waitId } = (await ask(execution)) as { id: string };
    const other = await createTestWorkspace(prisma);
    const foreign = answerWait(prisma, {
      id: waitId,
      workspaceId: other.workspaceId,
      response: {},
      user: { id: other.userId, name: 'Eve' },
    });
    await expect(foreign).rejects.toMatchObject({ code: 'not_found' });
    expect(await ask({ ...execution, attemptId: randomUUID() }, undefined, keyOf(execution.id, 5))).toEqual({
      status: 'lost',
    });
    expect(await prisma.wait.count({ where: { executionId: execution.id } })).toBe(1);
  });

  it('is one of so many that an execution may have', async () => {
    const execution = await running();
    const known = (await ask(execution)) as { id: string };
    await prisma.wait.createMany({
      data: Array.from({ length: TUNABLES.maxWaits - 1 }, (_, index) => ({
        ...keyOf(execution.id, index + 1),
        request: {},
      })),
    });
    await expect(ask(execution, undefined, keyOf(execution.id, TUNABLES.maxWaits))).rejects.toMatchObject({
      data: { code: 'step_limit' },
    });
    expect(await ask(execution)).toMatchObject({ status: 'open', id: known.id });
  });

  it('is given up with its step', async () => {
    const execution = await running();
    const { id: waitId } = (await ask(execution)) as { id: string };
    await recordEvents(prisma, {
      executionId: execution.id,
      attemptId: execution.attemptId,
      events: [waits(), { type: 'step_cancelled', at: Date.now(), nodeId: 'greet', iteration: '' }],
    });
    await expect(answer(waitId)).rejects.toMatchObject({ code: 'conflict' });
  });
});

describe('an execution that waits', () => {
  const suspended = async (forMs?: number) => {
    const execution = await running();
    const { id: waitId } = (await ask(execution, forMs)) as { id: string };
    const result = await suspendExecution(prisma, { ...execution, events: [waits()] });
    expect(result.kind).toBe('suspended');
    return { ...execution, waitId };
  };

  it('holds nothing, and nobody can claim it', async () => {
    const { id, attemptId } = await suspended();
    expect(await read(id)).toMatchObject({ status: 'waiting', attemptId: null, executorId: null, resumeAt: null });
    expect(await stepOf(id, 'greet')).toMatchObject({ status: 'waiting', attempts: 1 });
    expect(await heartbeat(prisma, { id, attemptId })).toEqual({ owned: false });
    expect(await claimExecution(prisma, { id, executorId: 'e' })).toEqual({ kind: 'taken' });
    const finished = await finishExecution(prisma, { id, attemptId, outcome: { status: 'cancelled' } });
    expect(finished).toEqual({ kind: 'lost' });
  });

  it('is queued by its answer, and its step goes on in the attempt that it was in', async () => {
    const { id, waitId } = await suspended();
    const answered = await answer(waitId);
    expect(answered).toMatchObject({ status: 'queued', requeue: { executionId: id, attempt: 1 } });
    const resumed = await claim(id);
    expect(resumed.interruptedAttempts).toEqual({ greet: 1 });
    expect(resumed.execution).toMatchObject({ attempts: 2, losses: 0 });
    expect(await stepOf(id, 'greet')).toMatchObject({ status: 'pending', startedAt: expect.any(Date) });
    expect(await ask({ id, attemptId: resumed.attemptId })).toMatchObject({ status: 'answered' });
  });

  it('goes on at once when the answer came while other steps ran', async () => {
    const execution = await running();
    const { id: waitId } = (await ask(execution)) as { id: string };
    await recordEvents(prisma, { executionId: execution.id, attemptId: execution.attemptId, events: [waits()] });
    await answer(waitId);
    expect(await suspendExecution(prisma, execution)).toMatchObject({ kind: 'requeued', attempt: 1 });
    expect(await read(execution.id)).toMatchObject({ status: 'queued' });
  });

  it.each([
    [0, 1],
    [1, 0],
  ])('may wait for two answers, which come in the order %i, %i', async (...order) => {
    const execution = await running();
    await recordEvents(prisma, {
      executionId: execution.id,
      attemptId: execution.attemptId,
      events: [started('output')],
    });
    const keys = [keyOf(execution.id), keyOf(execution.id, 0, 'output')];
    const opened = [];
    for (const key of keys) opened.push((await ask(execution, undefined, key)) as { id: string });
    await suspendExecution(prisma, { ...execution, events: [waits('greet'), waits('output')] });

    expect(await answer(opened[order[0]]?.id ?? '')).toMatchObject({ status: 'queued' });
    // The second comes while the execution is queued: the claim finds it.
    expect(await answer(opened[order[1]]?.id ?? '')).toMatchObject({ status: 'queued', requeue: undefined });
    const { attemptId } = await claim(execution.id);
    for (const key of keys) {
      expect(await ask({ id: execution.id, attemptId }, undefined, key)).toMatchObject({ status: 'answered' });
    }
  });

  it('waits again for what was not answered yet, without being woken for what it knows', async () => {
    const execution = await running();
    const first = (await ask(execution)) as { id: string };
    await suspendExecution(prisma, { ...execution, events: [waits()] });
    await answer(first.id);
    const { attemptId } = await claim(execution.id);
    await recordEvents(prisma, { executionId: execution.id, attemptId, events: [started('greet')] });
    expect(await ask({ id: execution.id, attemptId })).toMatchObject({ status: 'answered' });
    // The same step asks a second question.
    expect(await ask({ id: execution.id, attemptId }, undefined, keyOf(execution.id, 1))).toMatchObject({
      status: 'open',
    });
    expect(await suspendExecution(prisma, { id: execution.id, attemptId, events: [waits()] })).toMatchObject({
      kind: 'suspended',
    });
  });

  it('is queued by a sweep when its time has come, and by no sweep before', async () => {
    const { id } = await suspended(60_000);
    const { resumeAt } = await read(id);
    expect(resumeAt?.getTime()).toBeGreaterThan(Date.now() + 50_000);
    queued.length = 0;
    await sweepStale({ prisma, queue });
    expect(queued.filter((job) => job.startsWith(id))).toEqual([]);
    const due = new Date(Date.now() + 61_000);
    const results = await Promise.all([
      sweepStale({ prisma, queue }, { now: due }),
      sweepStale({ prisma, queue }, { now: due }),
    ]);
    expect(results.flatMap(({ requeued }) => requeued).filter((each) => each === id).length).toBeGreaterThan(0);
    expect(await read(id)).toMatchObject({ status: 'queued', resumeAt: null });
  });

  it('may be claimed at its time without a sweep', async () => {
    const { id } = await suspended(60_000);
    expect(await claimExecution(prisma, { id, executorId: 'e' })).toEqual({ kind: 'taken' });
    expect((await claim(id, new Date(Date.now() + 61_000))).kind).toBe('claimed');
  });

  it('is cancelled at once, with its questions', async () => {
    const { id, waitId } = await suspended();
    expect(await requestCancel(prisma, { id, workspaceId: workspace.workspaceId })).toMatchObject({
      status: 'cancelled',
    });
    expect(await stepOf(id, 'greet')).toMatchObject({ status: 'cancelled' });
    await expect(answer(waitId)).rejects.toMatchObject({ code: 'conflict' });
    expect(await read(id)).toMatchObject({ status: 'cancelled' });
  });

  it('does not begin to wait when a cancel came that its owner has not seen', async () => {
    const execution = await running();
    await ask(execution);
    const { workspaceId } = workspace;
    expect(await requestCancel(prisma, { id: execution.id, workspaceId })).toMatchObject({ status: 'running' });
    expect(await suspendExecution(prisma, { ...execution, events: [waits()] })).toMatchObject({ kind: 'requeued' });
    expect(await claimExecution(prisma, { id: execution.id, executorId: 'e' })).toMatchObject({
      kind: 'ended',
      status: 'cancelled',
    });
  });

  it('is not lost by waiting, however often', async () => {
    const execution = await running();
    let attemptId = execution.attemptId;
    for (let round = 0; round <= TUNABLES.maxLosses + 1; round += 1) {
      const wait = (await ask({ id: execution.id, attemptId }, undefined, keyOf(execution.id, round))) as {
        id: string;
      };
      await suspendExecution(prisma, { id: execution.id, attemptId, events: [waits()] });
      await answer(wait.id);
      attemptId = (await claim(execution.id)).attemptId;
      await recordEvents(prisma, { executionId: execution.id, attemptId, events: [started('greet')] });
    }
    expect(await read(execution.id)).toMatchObject({ status: 'running', losses: 0 });
  });

  it('counts the time that it ran, not the time that it waited', async () => {
    const execution = await running();
    await prisma.$executeRaw`
      UPDATE executions SET started_at = now() - interval '1 day', active_since = now() - interval '7 seconds'
      WHERE id = ${execution.id}::uuid`;
    const { id: waitId } = (await ask(execution)) as { id: string };
    await suspendExecution(prisma, { ...execution, events: [waits()] });
    expect((await read(execution.id)).activeSince).toBeNull();
    await answer(waitId);
    const resumed = await claim(execution.id);
    expect(resumed.execution.activeMs).toBeGreaterThanOrEqual(7_000);
    expect(resumed.execution.activeMs).toBeLessThan(60_000);
    await finishExecution(prisma, {
      id: execution.id,
      attemptId: resumed.attemptId,
      outcome: { status: 'completed', results: null },
    });
    const { executionTimeMs } = await read(execution.id);
    expect(executionTimeMs).toBeGreaterThanOrEqual(7_000);
    expect(executionTimeMs).toBeLessThan(60_000);
  });

  it('never waits for nothing', async () => {
    const execution = await running();
    await expect(suspendExecution(prisma, { ...execution, events: [waits()] })).rejects.toThrow(/waits for nothing/);
    expect(await read(execution.id)).toMatchObject({ status: 'running' });
    expect(await suspendExecution(prisma, { ...execution, attemptId: randomUUID() })).toEqual({ kind: 'lost' });
  });
});
