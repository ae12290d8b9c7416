import { workflowDefinitionSchema } from '@agentweaver/core/definition/workflow-definition';
import type { EngineEvent } from '@agentweaver/core/engine/events';
import type { ModelResponse } from '@agentweaver/core/models/model-call';
import { NODE_DEFINITIONS } from '@agentweaver/core/nodes/definitions';
import { createPrisma } from '@agentweaver/db/client';
import { claimExecution } from '@agentweaver/db/execution-claim';
import { recordEvents } from '@agentweaver/db/execution-recorder';
import { finishExecution } from '@agentweaver/db/execution-store';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import { beginHostCall, settleHostCall } from '@agentweaver/db/host-call-store';
import { beginModelCall, settleModelCall } from '@agentweaver/db/model-call-store';
import type { ExecutionQueue } from '@agentweaver/db/queue';
import { TUNABLES } from '@agentweaver/db/tunables';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from './support/database.ts';
import { createWorkspace, queueExecution } from './support/executions.ts';

let database: TestDatabase;
let prisma: PrismaClient;
let id: string;
let attemptId: string;
const queue: ExecutionQueue = {
  add: async () => undefined,
  counts: async () => ({ waiting: 0, active: 0, delayed: 0 }),
  close: async () => undefined,
};

const definition = workflowDefinitionSchema.parse({
  nodes: [
    { id: 'start', type: 'input', name: 'Start' },
    { id: 'each', type: 'map', name: 'Each', config: NODE_DEFINITIONS.map.defaults },
    { id: 'inner', type: 'agent', name: 'Inner', parent: 'each', config: { role: 'scribe', prompt: 'p' } },
    { id: 'after', type: 'transform', name: 'After', parent: 'each' },
    { id: 'remark', type: 'note', name: 'Remark', config: NODE_DEFINITIONS.note.defaults },
    { id: 'end', type: 'output', name: 'End' },
  ],
  edges: [
    { id: 'a', source: 'start', target: 'each' },
    { id: 'b', source: 'inner', target: 'after' },
    { id: 'c', source: 'each', target: 'end' },
  ],
});
const findNode = ({ nodeId }: { nodeId: string }) => definition.nodes.find((node) => node.id === nodeId);

beforeAll(async () => {
  database = await createTestDatabase();
  prisma = createPrisma({ databaseUrl: database.databaseUrl, max: 5 });
});
afterAll(async () => {
  await prisma.$disconnect();
  await database.drop();
});

const claim = async (now?: Date) => {
  const claimed = await claimExecution(prisma, { id, executorId: 'executor-1', now });
  if (claimed.kind !== 'claimed') throw new Error(`not claimed: ${claimed.kind}`);
  attemptId = claimed.attemptId;
  return claimed;
};
/** As another executor would after this one was killed. */
let losses = 0;
const takeOver = () => {
  losses += 1;
  return claim(new Date(Date.now() + losses * (TUNABLES.staleAfterMs + 2_000)));
};
beforeEach(async () => {
  losses = 0;
  const workspaceId = await createWorkspace(prisma);
  id = await queueExecution({ prisma, queue }, { workspaceId, definition });
  await claim();
});

const record = (...events: EngineEvent[]) => recordEvents(prisma, { executionId: id, attemptId, events, findNode });
let clock = 0;
const at = (): number => {
  clock += 10;
  return Date.UTC(2026, 0, 1) + clock;
};
const start = (nodeId: string, iteration = '', attempt = 1): EngineEvent => ({
  type: 'step_started',
  at: at(),
  nodeId,
  iteration,
  attempt,
  input: null,
});
const complete = (nodeId: string, iteration = '', ports = ['out'], attempt = 1): EngineEvent => ({
  type: 'step_completed',
  at: at(),
  nodeId,
  iteration,
  attempt,
  output: `${iteration}:${nodeId}`,
  ports,
});
const fail = (nodeId: string, iteration: string): EngineEvent => ({
  type: 'step_failed',
  at: at(),
  nodeId,
  iteration,
  attempt: 1,
  error: { code: 'node_failed', message: 'm' },
  continued: false,
});
const cancel = (nodeId: string, iteration = ''): EngineEvent => ({
  type: 'step_cancelled',
  at: at(),
  nodeId,
  iteration,
});
const rows = () =>
  prisma.executionStep.findMany({ where: { executionId: id }, orderBy: [{ iteration: 'asc' }, { nodeId: 'asc' }] });
const names = (steps: readonly { nodeId: string; iteration: string }[]) =>
  steps.map(({ nodeId, iteration }) => `${iteration}/${nodeId}`);

describe('steps in iterations', () => {
  it('get their rows as they start; nodes that are only drawn, and bodies, have none before', async () => {
    expect((await rows()).map(({ nodeId }) => nodeId)).toEqual(['each', 'end', 'start']);
    await record(start('each'), start('inner', 'each[0]'), complete('inner', 'each[0]'), start('inner', 'each[1]'));
    expect((await rows()).filter(({ iteration }) => iteration !== '')).toMatchObject([
      {
        iteration: 'each[0]',
        nodeId: 'inner',
        nodeType: 'agent',
        nodeName: 'Inner',
        agentRole: 'scribe',
        status: 'completed',
      },
      { iteration: 'each[1]', nodeId: 'inner', status: 'running' },
    ]);
    const logged = await prisma.executionEvent.findMany({ where: { executionId: id, iteration: 'each[0]' } });
    expect(logged.map(({ type }) => type)).toEqual(['step_started', 'step_completed']);
  });

  it('come back on a resume in the order in which they ended', async () => {
    await record(
      start('start'),
      complete('start'),
      start('each'),
      start('inner', 'each[0]'),
      start('inner', 'each[1]'),
    );
    await record(complete('inner', 'each[1]'), complete('inner', 'each[0]'), start('after', 'each[1]'));
    const { finishedSteps, interruptedAttempts } = await takeOver();
    expect(names(finishedSteps)).toEqual(['/start', 'each[1]/inner', 'each[0]/inner']);
    expect(finishedSteps.at(-1)).toMatchObject({ status: 'completed', output: 'each[0]:inner' });
    expect(interruptedAttempts).toEqual({ each: 1, 'each[1]/after': 1 });
    expect((await rows()).filter(({ status }) => status === 'pending').map(({ nodeId }) => nodeId)).toEqual([
      'each',
      'end',
      'after',
    ]);
  });

  it('of a container that has ended, or of its earlier attempt, need not come back', async () => {
    await record(start('each'), start('inner', 'each[0]'), complete('inner', 'each[0]'));
    await record(start('each', '', 2), start('inner', 'each#2[0]'), complete('inner', 'each#2[0]'));
    expect(names((await takeOver()).finishedSteps)).toEqual(['each#2[0]/inner']);
    await record(start('each', '', 2), complete('each', '', ['out'], 2));
    expect(names((await takeOver()).finishedSteps)).toEqual(['/each']);
  });

  it('that an evaluation sent round come back with it', async () => {
    await record(start('each'), start('inner', 'each[0]'), complete('inner', 'each[0]'));
    await record(start('after', 'each[0]'), complete('after', 'each[0]', ['back']));
    await record(start('inner', 'each[0]/after[1]'), complete('inner', 'each[0]/after[1]'));
    expect(names((await takeOver()).finishedSteps)).toEqual([
      'each[0]/inner',
      'each[0]/after',
      'each[0]/after[1]/inner',
    ]);
  });

  it('that failed run again with those that were cancelled for them; the losers of a merge stay so', async () => {
    await record(start('each'), start('inner', 'each[0]'), start('after', 'each[0]'), start('inner', 'each[1]'));
    await record(fail('inner', 'each[0]'), cancel('after', 'each[0]'), cancel('inner', 'each[1]'));
    const { finishedSteps } = await takeOver();
    expect(finishedSteps).toEqual([{ status: 'cancelled', nodeId: 'inner', iteration: 'each[1]' }]);
    // Their rows can be written again.
    await record(start('inner', 'each[0]'), complete('inner', 'each[0]'));
    expect((await rows()).find((row) => row.iteration === 'each[0]' && row.nodeId === 'inner')).toMatchObject({
      status: 'completed',
      output: 'each[0]:inner',
    });
  });
});

it('what a call cost belongs to its step, also when it was answered before the row was there', async () => {
  const key = { executionId: id, nodeId: 'inner', iteration: 'each[0]', attempt: 1, callIndex: 0, requestHash: 'h' };
  await beginModelCall(prisma, { key, provider: 'openai', model: 'auto' });
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
  await settleModelCall(prisma, { key, attemptId, response });
  await record(start('each'), start('inner', 'each[0]'), fail('inner', 'each[0]'));
  const error = { code: 'node_failed' as const, message: 'm' };
  await finishExecution(prisma, { id, attemptId, outcome: { status: 'failed', error } });
  const row = (await rows()).find(({ iteration }) => iteration === 'each[0]');
  expect(row).toMatchObject({ status: 'failed', inputTokens: 10, outputTokens: 5 });
  expect(row?.costUsd.toNumber()).toBe(0.25);
});

describe('calls to the outside', () => {
  const key = () => ({
    executionId: id,
    nodeId: 'inner',
    iteration: 'each[0]',
    attempt: 1,
    callIndex: 0,
    requestHash: 'h',
  });
  const begin = (changes: Partial<ReturnType<typeof key>> = {}) =>
    beginHostCall(prisma, { key: { ...key(), ...changes }, attemptId, method: 'http.fetch', repeatable: false });

  it('are begun once, and give their answer again', async () => {
    expect(await begin()).toEqual({ kind: 'new' });
    expect(await begin()).toEqual({ kind: 'unknown', ended: false });
    await settleHostCall(prisma, { key: key(), answer: { value: null } });
    expect(await begin()).toEqual({ kind: 'answered', answer: { value: null } });
    expect(await begin({ iteration: 'each[1]' })).toEqual({ kind: 'new' });
  });

  it('keep a failure as an answer, and no answer that is too large', async () => {
    const error = { code: 'http_failed' as const, message: 'no' };
    await begin();
    await settleHostCall(prisma, { key: key(), answer: { error, retryAfterMs: 5 } });
    expect(await begin()).toEqual({ kind: 'answered', answer: { error, retryAfterMs: 5 } });
    await begin({ callIndex: 1 });
    await settleHostCall(prisma, { key: { ...key(), callIndex: 1 }, answer: undefined });
    expect(await begin({ callIndex: 1 })).toEqual({ kind: 'unknown', ended: true });
  });

  it('are made by the owner of the execution alone, and an answer is kept whoever owns it', async () => {
    await begin();
    const before = attemptId;
    await takeOver();
    const late = await beginHostCall(prisma, {
      key: { ...key(), callIndex: 1 },
      attemptId: before,
      method: 'http.fetch',
      repeatable: true,
    });
    expect(late).toEqual({ kind: 'lost' });
    await settleHostCall(prisma, { key: key(), answer: { value: 'late' } });
    expect(await begin()).toEqual({ kind: 'answered', answer: { value: 'late' } });
  });
});
