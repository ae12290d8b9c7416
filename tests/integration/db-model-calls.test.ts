import type { EngineEvent } from '@agentweaver/core/engine/events';
import type { ModelResponse } from '@agentweaver/core/models/model-call';
import { createPrisma } from '@agentweaver/db/client';
import { claimExecution } from '@agentweaver/db/execution-claim';
import { recordEvents } from '@agentweaver/db/execution-recorder';
import { finishExecution } from '@agentweaver/db/execution-store';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import {
  beginModelCall,
  type DayLimit,
  findModelCall,
  type ModelCallKey,
  readDay,
  readModelUsage,
  releaseModelCall,
  settleModelCall,
} from '@agentweaver/db/model-call-store';
import { startExecution } from '@agentweaver/db/start-execution';
import { TUNABLES } from '@agentweaver/db/tunables';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from './support/database.ts';
import { createTestWorkflow, createTestWorkspace, type TestWorkspace } from './support/workspace.ts';

let database: TestDatabase;
let prisma: PrismaClient;
let workspace: TestWorkspace;

beforeAll(async () => {
  database = await createTestDatabase();
  prisma = createPrisma({ databaseUrl: database.databaseUrl });
});
afterAll(async () => {
  await prisma.$disconnect();
  await database.drop();
});
beforeEach(async () => {
  workspace = await createTestWorkspace(prisma);
});

const start = async (): Promise<string> => {
  const workflowId = await createTestWorkflow(prisma, workspace);
  const { id } = await startExecution(
    { prisma, queue: { add: async () => undefined } },
    { ...workspace, workflowId, source: 'draft', input: { name: 'Ada' }, trigger: 'manual' },
  );
  return id;
};
const claimed = async (id: string, now?: Date) => {
  const claim = await claimExecution(prisma, { id, executorId: 'executor-1', now });
  if (claim.kind !== 'claimed') throw new Error(`not claimed: ${claim.kind}`);
  return claim;
};
const inFuture = (ms: number) => new Date(Date.now() + ms);
const STALE = TUNABLES.staleAfterMs + 2_000;
const stepOf = (executionId: string, nodeId: string) =>
  prisma.executionStep.findUniqueOrThrow({
    where: { executionId_nodeId_iteration: { executionId, nodeId, iteration: '' } },
  });
const started = (nodeId: string): EngineEvent => ({
  type: 'step_started',
  at: 1_000,
  nodeId,
  iteration: '',
  attempt: 1,
  input: null,
});

describe('model calls', () => {
  const response: ModelResponse = {
    text: 'hi',
    message: { role: 'assistant', content: [{ type: 'text', text: 'hi' }] },
    toolCalls: [],
    cached: false,
    model: 'openai/gpt-x',
    reason: 'chosen',
    usage: { inputTokens: 10, outputTokens: 5, cachedInputTokens: 0, reasoningTokens: 0 },
    costUsd: 0.25,
    durationMs: 3,
    finishReason: 'stop',
  };
  const spentToday = async (more: { workspaceId?: string; now?: Date } = {}) =>
    (await readDay(prisma, { workspaceId: workspace.workspaceId, ...more })).spentUsd;
  const keyOf = (executionId: string, callIndex: number): ModelCallKey => ({
    executionId,
    nodeId: 'greet',
    iteration: '',
    attempt: 1,
    callIndex,
    requestHash: 'h',
  });

  it('are answered from memory after they were paid, and counted once', async () => {
    const id = await start();
    const { attemptId } = await claimed(id);
    const key = keyOf(id, 0);
    await beginModelCall(prisma, { key, provider: 'openai', model: 'auto' });
    expect(await findModelCall(prisma, key)).toBeUndefined();
    await beginModelCall(prisma, { key, provider: 'openai', model: 'auto' });
    const settle = () => settleModelCall(prisma, { key, attemptId, response });
    expect(await Promise.all([settle(), settle()])).toEqual([{ owned: true }, { owned: true }]);
    expect(await findModelCall(prisma, key)).toEqual(response);
    expect(await findModelCall(prisma, { ...key, requestHash: 'another request' })).toBeUndefined();
    expect(await readModelUsage(prisma, id)).toEqual([
      { nodeId: 'greet', iteration: '', usd: 0.25, tokens: 15, modelCalls: 1, seconds: 0.003 },
    ]);
    expect(await prisma.execution.findUniqueOrThrow({ where: { id } })).toMatchObject({
      inputTokens: 10,
      outputTokens: 5,
    });
    expect(await stepOf(id, 'greet')).toMatchObject({ inputTokens: 10, outputTokens: 5, model: 'openai/gpt-x' });
  });

  it('are kept for the next owner when the claim was lost meanwhile', async () => {
    const id = await start();
    const { attemptId } = await claimed(id);
    const key = keyOf(id, 0);
    await beginModelCall(prisma, { key, provider: 'openai', model: 'openai/gpt-x' });
    await claimed(id, inFuture(STALE));
    expect(await settleModelCall(prisma, { key, attemptId, response })).toEqual({ owned: false });
    expect(await findModelCall(prisma, key)).toEqual(response);
  });

  it('end up in totals and usage, and count for the day of their workspace alone', async () => {
    const id = await start();
    const { attemptId } = await claimed(id);
    await recordEvents(prisma, { executionId: id, attemptId, events: [started('greet')] });
    await Promise.all(
      [0, 1, 2, 3].map(async (index) => {
        const key = keyOf(id, index);
        await beginModelCall(prisma, { key, provider: 'openai', model: 'auto' });
        await settleModelCall(prisma, {
          key,
          attemptId,
          response: index === 3 ? { ...response, model: 'demo/demo-model', costUsd: 0 } : response,
        });
      }),
    );
    await beginModelCall(prisma, { key: keyOf(id, 9), provider: 'openai', model: 'never answered' });
    await recordEvents(prisma, {
      executionId: id,
      attemptId,
      events: [
        {
          type: 'step_completed',
          at: 2_000,
          nodeId: 'greet',
          iteration: '',
          attempt: 1,
          output: 'x',
          ports: ['out'],
          usage: response.usage,
          costUsd: 0.25,
          model: 'openai/gpt-x',
        },
      ],
    });
    expect((await stepOf(id, 'greet')).costUsd.toNumber()).toBe(0.75);
    const finished = await finishExecution(prisma, {
      id,
      attemptId,
      outcome: { status: 'completed', results: { ok: true } },
    });
    expect(finished).toMatchObject({ kind: 'finished', status: 'completed' });
    const row = await prisma.execution.findUniqueOrThrow({ where: { id } });
    expect(row).toMatchObject({
      status: 'completed',
      results: { ok: true },
      inputTokens: 40,
      outputTokens: 20,
      heartbeatAt: null,
    });
    expect(row.totalCostUsd.toNumber()).toBe(0.75);
    expect(row.executionTimeMs).toBeGreaterThanOrEqual(0);
    const usage = await prisma.usageMetric.findMany({ where: { executionId: id }, orderBy: { model: 'asc' } });
    expect(usage.map(({ provider, model, calls, costUsd }) => [provider, model, calls, costUsd.toNumber()])).toEqual([
      ['demo', 'demo/demo-model', 1, 0],
      ['openai', 'openai/gpt-x', 3, 0.75],
    ]);
    expect(await spentToday()).toBe(0.75);
    const other = await createTestWorkspace(prisma);
    expect(await spentToday({ workspaceId: other.workspaceId })).toBe(0);
    expect(await spentToday({ now: inFuture(48 * 3_600_000) })).toBe(0);
  });

  it('of one step in several iterations are told apart', async () => {
    const id = await start();
    const { attemptId } = await claimed(id);
    for (const iteration of ['each[0]', 'each[1]']) {
      const key = { ...keyOf(id, 0), iteration };
      await beginModelCall(prisma, { key, provider: 'openai', model: 'auto' });
      await settleModelCall(prisma, { key, attemptId, response: { ...response, cached: iteration === 'each[1]' } });
    }
    await beginModelCall(prisma, { key: { ...keyOf(id, 1), iteration: 'each[1]' }, provider: 'openai', model: 'auto' });
    const usage = await readModelUsage(prisma, id);
    expect(usage.map(({ iteration, modelCalls }) => [iteration, modelCalls]).sort()).toEqual([
      ['each[0]', 1],
      ['each[1]', 1],
    ]);
  });

  describe('of a workspace with a limit for the day', () => {
    const begin = (id: string, callIndex: number, day: Partial<DayLimit> = {}) =>
      beginModelCall(prisma, {
        key: keyOf(id, callIndex),
        provider: 'openai',
        model: 'openai/gpt-x',
        day: { workspaceId: workspace.workspaceId, limitUsd: 1, mostUsd: 0.4, forMs: 60_000, ...day },
      });

    it('cannot pass it together, however many begin at once', async () => {
      const ids = await Promise.all([start(), start(), start(), start(), start()]);
      const begun = await Promise.all(ids.map((id) => begin(id, 0)));
      expect(begun.filter(({ kind }) => kind === 'begun')).toHaveLength(2);
      expect(begun.find(({ kind }) => kind === 'day_limit')).toMatchObject({
        limitUsd: 1,
        spentUsd: 0,
        reservedUsd: 0.8,
      });
    });

    it('take what they cost, and give the rest back when they end or fail', async () => {
      const id = await start();
      const { attemptId } = await claimed(id);
      await begin(id, 0);
      await begin(id, 1);
      expect(await begin(id, 2)).toMatchObject({ kind: 'day_limit' });
      await settleModelCall(prisma, { key: keyOf(id, 0), attemptId, response: { ...response, costUsd: 0.1 } });
      await releaseModelCall(prisma, keyOf(id, 1));
      expect(await readDay(prisma, { workspaceId: workspace.workspaceId })).toMatchObject({
        spentUsd: 0.1,
        reservedUsd: 0,
      });
      expect(await begin(id, 2, { mostUsd: 0.9 })).toEqual({ kind: 'begun' });
      expect(await begin(id, 3, { mostUsd: 0.1 })).toMatchObject({ kind: 'day_limit' });
      // What costs nothing always passes, and a call that is made again does not stand in its own way.
      expect(await begin(id, 3, { mostUsd: 0 })).toEqual({ kind: 'begun' });
      expect(await begin(id, 2, { mostUsd: 0.9 })).toEqual({ kind: 'begun' });
    });

    it('hold nothing for ever when their executor is lost', async () => {
      const id = await start();
      await begin(id, 0, { mostUsd: 1, forMs: 0 });
      expect(await begin(id, 1, { mostUsd: 1 })).toEqual({ kind: 'begun' });
    });
  });
});
