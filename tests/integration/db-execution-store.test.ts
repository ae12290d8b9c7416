import { randomUUID } from 'node:crypto';
import type { EngineEvent } from '@agentweaver/core/engine/events';
import { createPrisma } from '@agentweaver/db/client';
import { type ClaimedExecution, claimExecution } from '@agentweaver/db/execution-claim';
import { recordEvents } from '@agentweaver/db/execution-recorder';
import { finishExecution, heartbeat, releaseExecution, requestCancel } from '@agentweaver/db/execution-store';
import { sweepStale } from '@agentweaver/db/execution-sweeper';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import { startExecution } from '@agentweaver/db/start-execution';
import { TUNABLES } from '@agentweaver/db/tunables';
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

const start = async (): Promise<string> => {
  const { id } = await startExecution(
    { prisma, queue },
    {
      workspaceId: workspace.workspaceId,
      workflowId,
      source: 'draft',
      input: { name: 'Ada' },
      trigger: 'manual',
      userId: workspace.userId,
    },
  );
  return id;
};
const claimed = async (id: string, now?: Date): Promise<ClaimedExecution> => {
  const claim = await claimExecution(prisma, { id, executorId: 'executor-1', sandbox: 'process', now });
  if (claim.kind !== 'claimed') throw new Error(`not claimed: ${claim.kind}`);
  return claim;
};
const inFuture = (ms: number) => new Date(Date.now() + ms);
const STALE = TUNABLES.staleAfterMs + 2_000;

const events = async (executionId: string) =>
  prisma.executionEvent.findMany({ where: { executionId }, orderBy: { seq: 'asc' } });
/** The log's numbers are 1, 2, 3 … up to the execution's `lastSeq`. */
const expectGapless = async (executionId: string) => {
  const [rows, { lastSeq }] = [
    await events(executionId),
    await prisma.execution.findUniqueOrThrow({ where: { id: executionId } }),
  ];
  expect(rows.map((row) => row.seq)).toEqual(Array.from({ length: lastSeq }, (_, index) => index + 1));
};
const stepOf = (executionId: string, nodeId: string) =>
  prisma.executionStep.findUniqueOrThrow({
    where: { executionId_nodeId_iteration: { executionId, nodeId, iteration: '' } },
  });
const started = (nodeId: string, at = 1_000): EngineEvent => ({
  type: 'step_started',
  at,
  nodeId,
  iteration: '',
  attempt: 1,
  input: { n: 1 },
});
const completed = (nodeId: string, output: unknown, at = 3_000): EngineEvent => ({
  type: 'step_completed',
  at,
  nodeId,
  iteration: '',
  attempt: 1,
  output,
  ports: ['out'],
  reason: 'because',
});

describe('claiming', () => {
  it('gives a queued execution to exactly one of twenty', async () => {
    const id = await start();
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) => claimExecution(prisma, { id, executorId: `executor-${index}` })),
    );
    expect(results.filter((result) => result.kind === 'claimed')).toHaveLength(1);
    expect(results.filter((result) => result.kind === 'taken')).toHaveLength(19);
    await expectGapless(id);
  });

  it('brings what a run needs, and gives every node a step', async () => {
    const id = await start();
    const claim = await claimed(id);
    expect(claim.execution).toMatchObject({
      id,
      workspaceId: workspace.workspaceId,
      input: { name: 'Ada' },
      attempts: 1,
    });
    expect(claim.definition.nodes.map((node) => node.id)).toEqual(['input', 'greet', 'output']);
    expect(claim.finishedSteps).toEqual([]);
    expect(claim.workspace).toMatchObject({ maxMemoryMb: 1_024, maxCostPerDayUsd: null });
    expect(await prisma.executionStep.count({ where: { executionId: id, status: 'pending' } })).toBe(3);
  });

  it('keeps to the concurrency of the plan, however many try at once', async () => {
    workspace = await createTestWorkspace(prisma, { maxConcurrency: 2 });
    workflowId = await createTestWorkflow(prisma, workspace);
    const ids = [await start(), await start(), await start(), await start()];
    const results = await Promise.all(ids.map((id) => claimExecution(prisma, { id, executorId: 'executor-1' })));
    expect(results.filter((result) => result.kind === 'claimed')).toHaveLength(2);
    expect(results.filter((result) => result.kind === 'busy')).toHaveLength(2);
  });

  it('says what there is nothing to do about', async () => {
    expect(await claimExecution(prisma, { id: randomUUID(), executorId: 'e' })).toEqual({ kind: 'gone' });
    const id = await start();
    const { attemptId } = await claimed(id);
    await finishExecution(prisma, { id, attemptId, outcome: { status: 'completed', results: 'ok' } });
    expect(await claimExecution(prisma, { id, executorId: 'e' })).toEqual({ kind: 'finished', status: 'completed' });
  });

  it('takes over from an owner without a heartbeat, keeps finished steps, and fences the old owner', async () => {
    const id = await start();
    const first = await claimed(id);
    const attemptId = first.attemptId;
    await recordEvents(prisma, {
      executionId: id,
      attemptId,
      events: [started('input'), completed('input', { name: 'Ada' }), started('greet')],
    });
    expect(await claimExecution(prisma, { id, executorId: 'executor-2' })).toEqual({ kind: 'taken' });
    const second = await claimed(id, inFuture(STALE));
    expect(second.attemptId).not.toBe(attemptId);
    expect(second.execution.attempts).toBe(2);
    expect(second.finishedSteps).toEqual([
      { status: 'completed', nodeId: 'input', iteration: '', output: { name: 'Ada' }, ports: ['out'] },
    ]);
    expect(await stepOf(id, 'greet')).toMatchObject({ status: 'pending', startedAt: null });

    const before = await prisma.execution.findUniqueOrThrow({ where: { id } });
    expect(await recordEvents(prisma, { executionId: id, attemptId, events: [completed('greet', 'late')] })).toEqual({
      kind: 'lost',
    });
    expect(await heartbeat(prisma, { id, attemptId })).toEqual({ owned: false });
    expect(await releaseExecution(prisma, { id, attemptId, reason: 'executor_shutdown' })).toEqual({ released: false });
    expect(await finishExecution(prisma, { id, attemptId, outcome: { status: 'completed', results: 'late' } })).toEqual(
      { kind: 'lost' },
    );
    expect(await prisma.execution.findUniqueOrThrow({ where: { id } })).toEqual(before);
    expect((await stepOf(id, 'greet')).output).toBeNull();
  });

  it('gives up after too many losses, with a reason', async () => {
    const id = await start();
    for (let claim = 1; claim <= TUNABLES.maxLosses; claim += 1) await claimed(id, inFuture(claim * STALE));
    const last = await claimExecution(prisma, { id, executorId: 'e', now: inFuture(99 * STALE) });
    expect(last).toMatchObject({ kind: 'ended', status: 'failed' });
    const row = await prisma.execution.findUniqueOrThrow({ where: { id } });
    expect(row).toMatchObject({ status: 'failed', error: { code: 'worker_lost' } });
    await expectGapless(id);
  });

  it('counts losses anew when a step has finished since', async () => {
    const id = await start();
    const lossesOf = async () => (await prisma.execution.findUniqueOrThrow({ where: { id } })).losses;
    let attemptId = '';
    for (let claim = 1; claim < TUNABLES.maxLosses; claim += 1) {
      ({ attemptId } = await claimed(id, inFuture(claim * STALE)));
    }
    await recordEvents(prisma, { executionId: id, attemptId, events: [started('input')] });
    expect(await lossesOf()).toBe(TUNABLES.maxLosses - 2);
    await recordEvents(prisma, { executionId: id, attemptId, events: [completed('input', {})] });
    expect(await lossesOf()).toBe(0);
    const { execution } = await claimed(id, inFuture(50 * STALE));
    expect(execution.losses).toBe(1);
  });
});

describe('recording', () => {
  it('keeps seq without gaps under concurrent writers', async () => {
    const id = await start();
    const { attemptId } = await claimed(id);
    const log = (index: number): EngineEvent => ({
      type: 'step_log',
      at: 1,
      nodeId: 'greet',
      iteration: '',
      level: 'info',
      message: `line ${index}`,
    });
    await Promise.all([
      ...Array.from({ length: 15 }, (_, index) =>
        recordEvents(prisma, { executionId: id, attemptId, events: [log(index), log(index)] }),
      ),
      requestCancel(prisma, { id, workspaceId: workspace.workspaceId }),
    ]);
    await expectGapless(id);
    expect(await events(id)).toHaveLength(2 + 30 + 1);
  });

  it('folds a batch into the steps', async () => {
    const id = await start();
    const { attemptId } = await claimed(id);
    const error = { code: 'node_failed' as const, message: 'no luck', nodeId: 'greet' };
    const record = (batch: EngineEvent[]) => recordEvents(prisma, { executionId: id, attemptId, events: batch });
    await record([
      { type: 'execution_started', at: 900, resumedSteps: 0 },
      started('input', 1_000),
      completed('input', null, 1_250),
      started('greet', 2_000),
      { type: 'step_retrying', at: 2_100, nodeId: 'greet', iteration: '', attempt: 1, delayMs: 10, error },
    ]);
    expect(await stepOf(id, 'input')).toMatchObject({
      status: 'completed',
      input: { n: 1 },
      output: null,
      ports: ['out'],
      durationMs: 250,
      reason: 'because',
    });
    expect(await stepOf(id, 'greet')).toMatchObject({ status: 'running', attempts: 1, error });
    await record([
      { ...started('greet', 2_500), attempt: 2 } as EngineEvent,
      {
        type: 'step_failed',
        at: 3_000,
        nodeId: 'greet',
        iteration: '',
        attempt: 2,
        error,
        continued: true,
        output: 7,
        ports: ['out'],
      },
      { type: 'step_skipped', at: 3_000, nodeId: 'output', iteration: '', reason: 'No way leads here.' },
    ]);
    expect(await stepOf(id, 'greet')).toMatchObject({
      status: 'failed',
      attempts: 2,
      error,
      continued: true,
      durationMs: 1_000,
      startedAt: new Date(2_000),
    });
    expect(await stepOf(id, 'output')).toMatchObject({ status: 'skipped', reason: 'No way leads here.' });
    const again = await claimed(id, inFuture(STALE));
    expect(again.finishedSteps).toEqual([
      { status: 'completed', nodeId: 'input', iteration: '', output: null, ports: ['out'] },
      { status: 'failed', nodeId: 'greet', iteration: '', output: 7, ports: ['out'] },
      { status: 'skipped', nodeId: 'output', iteration: '' },
    ]);
  });

  it('takes any text that user code makes', async () => {
    const id = await start();
    const { attemptId } = await claimed(id);
    const result = await recordEvents(prisma, {
      executionId: id,
      attemptId,
      events: [
        started('greet'),
        {
          type: 'step_log',
          at: 1,
          nodeId: 'greet',
          iteration: '',
          level: 'info',
          message: 'a\0b\ud800',
          metadata: { x: '\0' },
        },
        completed('greet', { text: 'a\0\udc00', list: [undefined, Number.NaN] }),
      ],
    });
    expect(result.kind).toBe('recorded');
    expect((await stepOf(id, 'greet')).output).toEqual({ text: 'a\uFFFD\uFFFD', list: [null, null] });
  });

  it('takes any time that a sandbox claims', async () => {
    const id = await start();
    const { attemptId } = await claimed(id);
    const batch = [started('greet', -1e30), completed('greet', 'x', 1e300), started('output', 0)];
    expect((await recordEvents(prisma, { executionId: id, attemptId, events: batch })).kind).toBe('recorded');
    const finished = await finishExecution(prisma, { id, attemptId, outcome: { status: 'cancelled' } });
    expect(finished.kind).toBe('finished');
  });

  it('keeps what a step took of processor and memory, also of one that failed', async () => {
    const id = await start();
    const { attemptId } = await claimed(id);
    const error = { code: 'code_failed', message: 'no' } as const;
    const failed = { type: 'step_failed', at: 3_000, nodeId: 'output', iteration: '', attempt: 1, error } as const;
    await recordEvents(prisma, {
      executionId: id,
      attemptId,
      events: [
        started('greet'),
        { ...completed('greet', 1), cpuMs: 7, memoryPeakKib: 90_112 } as EngineEvent,
        started('output'),
        { ...failed, continued: false, cpuMs: 0, memoryPeakKib: 2_147_483_647 },
      ],
    });
    expect(await stepOf(id, 'greet')).toMatchObject({ cpuMs: 7, memoryPeakKib: 90_112 });
    expect(await stepOf(id, 'output')).toMatchObject({ cpuMs: 0, memoryPeakKib: 2_147_483_647 });
    expect(await stepOf(id, 'input')).toMatchObject({ cpuMs: null, memoryPeakKib: null });
  });

  it('does not touch a step that has ended', async () => {
    const id = await start();
    const { attemptId } = await claimed(id);
    await recordEvents(prisma, { executionId: id, attemptId, events: [started('greet'), completed('greet', 'first')] });
    await recordEvents(prisma, { executionId: id, attemptId, events: [completed('greet', 'second')] });
    expect((await stepOf(id, 'greet')).output).toBe('first');
  });
});

describe('cancelling', () => {
  it('ends at once what nobody runs', async () => {
    const id = await start();
    const result = await requestCancel(prisma, { id, workspaceId: workspace.workspaceId });
    expect(result.status).toBe('cancelled');
    expect((await events(id)).map((event) => event.type)).toEqual([
      'execution_queued',
      'execution_cancel_requested',
      'execution_cancelled',
    ]);
    expect(await claimExecution(prisma, { id, executorId: 'e' })).toEqual({ kind: 'finished', status: 'cancelled' });
  });

  it('reaches the owner with its next heartbeat, once', async () => {
    const id = await start();
    const { attemptId } = await claimed(id);
    expect(await heartbeat(prisma, { id, attemptId })).toEqual({ owned: true, cancelRequested: false });
    const cancel = () => requestCancel(prisma, { id, workspaceId: workspace.workspaceId });
    const [one, two] = [await cancel(), await cancel()];
    expect(one).toEqual({ status: 'running', lastSeq: 3 });
    expect(two).toEqual(one);
    expect(await heartbeat(prisma, { id, attemptId })).toEqual({ owned: true, cancelRequested: true });
    await recordEvents(prisma, { executionId: id, attemptId, events: [started('greet')] });
    await finishExecution(prisma, { id, attemptId, outcome: { status: 'cancelled' } });
    expect(await stepOf(id, 'greet')).toMatchObject({ status: 'cancelled' });
    expect(await stepOf(id, 'output')).toMatchObject({ status: 'skipped' });
    expect((await cancel()).status).toBe('cancelled');
    await expectGapless(id);
  });

  it('is not possible from another workspace', async () => {
    const id = await start();
    const other = await createTestWorkspace(prisma);
    await expect(requestCancel(prisma, { id, workspaceId: other.workspaceId })).rejects.toMatchObject({
      code: 'not_found',
    });
    expect((await prisma.execution.findUniqueOrThrow({ where: { id } })).status).toBe('queued');
  });
});

describe('ending', () => {
  it('happens once, whoever comes first', async () => {
    const id = await start();
    const { attemptId } = await claimed(id);
    const error = { code: 'node_failed' as const, message: 'broken', nodeId: 'greet' };
    const results = await Promise.all([
      finishExecution(prisma, { id, attemptId, outcome: { status: 'completed', results: 1 } }),
      finishExecution(prisma, { id, attemptId, outcome: { status: 'failed', error } }),
      finishExecution(prisma, { id, attemptId, outcome: { status: 'cancelled' } }),
    ]);
    expect(results.filter((result) => result.kind === 'finished')).toHaveLength(1);
    expect(
      (await events(id)).filter((event) => /^execution_(completed|failed|cancelled)$/.test(event.type)),
    ).toHaveLength(1);
    await expectGapless(id);
  });

  it('writes the last events with it', async () => {
    const id = await start();
    const { attemptId } = await claimed(id);
    await finishExecution(prisma, {
      id,
      attemptId,
      outcome: { status: 'completed', results: 'done' },
      events: [started('greet'), completed('greet', 'x'), { type: 'execution_completed', at: 1, results: 'done' }],
    });
    expect((await events(id)).map((event) => event.type)).toEqual([
      'execution_queued',
      'execution_claimed',
      'step_started',
      'step_completed',
      'execution_completed',
    ]);
    expect(await stepOf(id, 'greet')).toMatchObject({ status: 'completed' });
  });
});

describe('giving back and sweeping', () => {
  it('a release queues it again and does not count as a loss', async () => {
    const id = await start();
    const { attemptId } = await claimed(id);
    await recordEvents(prisma, { executionId: id, attemptId, events: [started('input'), completed('input', 1)] });
    expect(await releaseExecution(prisma, { id, attemptId, reason: 'executor_shutdown' })).toMatchObject({
      released: true,
    });
    expect(await prisma.execution.findUniqueOrThrow({ where: { id } })).toMatchObject({
      status: 'queued',
      losses: 0,
      executorId: null,
    });
    expect((await claimed(id)).finishedSteps).toHaveLength(1);
  });

  it('a sweep repairs what crashes left, and nothing else', async () => {
    const [lost, orphan, healthy, unwanted] = [await start(), await start(), await start(), await start()];
    await claimed(orphan);
    await claimed(unwanted);
    await requestCancel(prisma, { id: unwanted, workspaceId: workspace.workspaceId });
    const now = inFuture(STALE);
    const { attemptId } = await claimed(healthy);
    await heartbeat(prisma, { id: healthy, attemptId, now });
    queued.length = 0;
    const results = await Promise.all([sweepStale({ prisma, queue }, { now }), sweepStale({ prisma, queue }, { now })]);
    const requeued = results.flatMap((result) => result.requeued);
    const ended = results.flatMap((result) => result.ended);
    expect(new Set(requeued.filter((id) => [lost, orphan, healthy, unwanted].includes(id)))).toEqual(
      new Set([lost, orphan]),
    );
    expect(ended.filter(({ id }) => id === unwanted)).toHaveLength(1);
    expect(queued).toContain(`${lost}-0`);
    expect(queued).toContain(`${orphan}-1`);
    const statuses = await prisma.execution.findMany({ where: { id: { in: [lost, orphan, healthy, unwanted] } } });
    expect(Object.fromEntries(statuses.map(({ id, status }) => [id, status]))).toEqual({
      [lost]: 'queued',
      [orphan]: 'queued',
      [healthy]: 'running',
      [unwanted]: 'cancelled',
    });
    for (const id of [lost, orphan, healthy, unwanted]) await expectGapless(id);
  });

  it('a sweep leaves what waits in a long queue, and still repairs what has lost its owner', async () => {
    const [waits, orphan] = [await start(), await start()];
    await claimed(orphan);
    queued.length = 0;
    const long = { ...queue, counts: async () => ({ waiting: TUNABLES.sweepBatch, active: 0, delayed: 0 }) };
    const { requeued } = await sweepStale({ prisma, queue: long }, { now: inFuture(STALE) });
    expect(requeued).toContain(orphan);
    expect(requeued).not.toContain(waits);
    await sweepStale({ prisma, queue }, { now: inFuture(STALE) });
    expect(queued).toContain(`${waits}-0`);
  });

  it('a sweep fails what was lost too often', async () => {
    const id = await start();
    for (let claim = 1; claim <= TUNABLES.maxLosses; claim += 1) await claimed(id, inFuture(claim * STALE));
    const { ended } = await sweepStale({ prisma, queue }, { now: inFuture(99 * STALE) });
    expect(ended.filter((each) => each.id === id)).toMatchObject([{ status: 'failed' }]);
  });
});
