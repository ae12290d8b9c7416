import { budgetRequestSchema } from '@agentweaver/core/budget/budget-wait';
import { createPrisma } from '@agentweaver/db/client';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import { createModelCacheStore, sweepModelCache } from '@agentweaver/db/model-cache-store';
import { readModelPrices, removeModelPrice, saveModelPrice } from '@agentweaver/db/model-price-store';
import { createExecutionQueue, type ExecutionQueue } from '@agentweaver/db/queue';
import { answerWait } from '@agentweaver/db/wait-store';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from './support/database.ts';
import { chain } from './support/drive.ts';
import { createWorkspace, queueExecution, waitForExecution } from './support/executions.ts';
import { startExecutor, type TestExecutor } from './support/executor.ts';
import { type ModelServer, startModelServer } from './support/model-server.ts';

vi.setConfig({ testTimeout: 120_000 });

const MODEL = 'openai_compatible/test-model';

let database: TestDatabase;
let prisma: PrismaClient;
let queue: ExecutionQueue;
let model: ModelServer;
let executor: TestExecutor;
let workspaceId: string;

beforeAll(async () => {
  database = await createTestDatabase();
  const { databaseUrl } = database;
  prisma = createPrisma({ databaseUrl });
  queue = createExecutionQueue({ databaseUrl });
  model = await startModelServer();
  executor = await startExecutor({ databaseUrl, env: { LOCAL_MODEL_URL: model.url } });
});
beforeEach(async () => {
  workspaceId = await createWorkspace(prisma);
});
afterEach(() => {
  model.answer(({ prompt }) => ({ text: `echo: ${prompt}` }));
  model.calls.length = 0;
});
afterAll(async () => {
  await executor?.killHard();
  await model.close();
  await queue.close();
  await prisma.$disconnect();
  await database.drop();
});

const agent = (config: Record<string, unknown> = {}, id = 'agent') => ({
  id,
  type: 'agent',
  config: { role: 'worker', prompt: `${id}: {{ input }}`, maxTokens: 10, ...config },
});
const run = (definition: ReturnType<typeof chain>, input: unknown = 'text') =>
  queueExecution({ prisma, queue }, { workspaceId, definition, input });
/** $1 for each of the 5 tokens that the test’s model answers with. */
const chargeForOutput = () =>
  saveModelPrice(prisma, { workspaceId, model: MODEL, rate: { input: 0, cachedInput: 0, output: 1_000_000 } });

describe('a budget that asks', () => {
  const definition = chain([agent({}, 'first'), agent({}, 'second')], { budget: { modelCalls: 1, onReached: 'ask' } });
  const startAndWait = async () => {
    const id = await run(definition);
    const waiting = await waitForExecution(prisma, id, { until: ({ status }) => status === 'waiting' });
    expect(waiting.steps).toMatchObject({ first: { status: 'completed' }, second: { status: 'waiting' } });
    const wait = await prisma.wait.findFirstOrThrow({ where: { executionId: id, kind: 'budget' } });
    expect(budgetRequestSchema.parse(wait.request)).toMatchObject({
      scope: 'execution',
      kind: 'modelCalls',
      limit: 1,
      used: 1,
      leastRaise: 1,
      message: expect.stringContaining('1 model call'),
    });
    return { id, waitId: wait.id };
  };
  const answer = async (waitId: string, response: unknown) => {
    const user = await prisma.user.create({ data: { email: `${waitId}@example.com`, name: 'Ada' } });
    const { requeue } = await answerWait(prisma, { id: waitId, workspaceId, response, user });
    if (requeue) await queue.add(requeue);
  };

  test('waits for a person, and goes on with what was raised', async () => {
    const { id, waitId } = await startAndWait();
    await answer(waitId, { approved: true, values: { modelCalls: 1 } });
    expect(await waitForExecution(prisma, id)).toMatchObject({ status: 'completed', results: 'echo: second: text' });
    // The first answer was paid for once.
    expect(model.calls.map(({ prompt }) => prompt)).toEqual(['first: text', 'second: text']);
  });

  test('ends when the person says no', async () => {
    const { id, waitId } = await startAndWait();
    await answer(waitId, { approved: false });
    expect(await waitForExecution(prisma, id)).toMatchObject({
      status: 'failed',
      error: { code: 'budget_exceeded', nodeId: 'second', message: expect.stringContaining('decided not to raise it') },
    });
    expect(model.calls).toHaveLength(1);
  });
});

test('the day of a workspace is not passed by executions that run at once', async () => {
  workspaceId = await createWorkspace(prisma, { maxCostPerDayUsd: 12 });
  await chargeForOutput();
  model.answer(() => ({ text: 'dear', delayMs: 300 }));
  // Each can cost $10 and costs $5: of three, one at a time may run, and with $5 spent none of $10 fits any more.
  const ids = await Promise.all([1, 2, 3].map((input) => run(chain([agent()]), input)));
  const ended = await Promise.all(ids.map((id) => waitForExecution(prisma, id)));
  expect(ended.map(({ status }) => status).sort()).toEqual(['completed', 'failed', 'failed']);
  expect(ended.find(({ status }) => status === 'completed')?.totalCostUsd.toNumber()).toBe(5);
  for (const { status, error } of ended.filter((one) => one.status === 'failed')) {
    expect({ status, error }).toMatchObject({
      error: { code: 'budget_exceeded', message: expect.stringMatching(/\$12\.00 .* a day only \$7\.00 is left/) },
    });
  }
  expect(model.calls).toHaveLength(1);
  expect(await prisma.modelCall.count({ where: { reservedUsd: { gt: 0 } } })).toBe(0);
});

test('a budget of a node is told with the prices of the workspace, and a cheaper model is taken', async () => {
  await chargeForOutput();
  const definition = chain([agent({ model: MODEL, prompt: 'Summarize: the cat sat on the mat.' })]);
  const [start, node, end] = definition.nodes;
  if (!start || !node || !end) throw new Error('three nodes');
  const budget = { usd: 1, onReached: 'downgrade' as const, downgradeTo: 'demo/demo-model' };
  const id = await run({ ...definition, nodes: [start, { ...node, budget }, end] });
  const { steps } = await waitForExecution(prisma, id);
  expect(steps.agent).toMatchObject({
    status: 'completed',
    model: 'demo/demo-model',
    reason: expect.stringContaining(`Taken instead of ${MODEL}, because the budget of the step ($1.00)`),
  });
  expect(model.calls).toHaveLength(0);
});

test('a model that fails hands over to the next, and the step says why', async () => {
  model.answer(() => ({ status: 404 }));
  const prompt = 'Summarize: the cat sat on the mat.';
  const id = await run(
    chain([agent({ model: MODEL, fallbackModels: ['anthropic/claude-haiku-4-5', 'demo/demo-model'], prompt })]),
  );
  const { status, steps } = await waitForExecution(prisma, id);
  expect(status).toBe('completed');
  expect(steps.agent).toMatchObject({
    model: 'demo/demo-model',
    reason: expect.stringContaining(
      `${MODEL} failed (not available), anthropic/claude-haiku-4-5 failed (not available)`,
    ),
  });
});

test('a rate limit is waited out as long as the provider says', async () => {
  model.answer((_, index) => (index === 0 ? { status: 429, headers: { 'retry-after': '1' } } : { text: 'fine' }));
  const started = performance.now();
  const id = await run(chain([agent()]));
  expect(await waitForExecution(prisma, id)).toMatchObject({ status: 'completed', results: 'fine' });
  expect(performance.now() - started).toBeGreaterThanOrEqual(1_000);
  expect(model.calls).toHaveLength(2);
});

describe('the response cache', () => {
  test('answers another execution of the workspace at no cost, and nobody else', async () => {
    await chargeForOutput();
    const definition = chain([agent({ cacheTtlSeconds: 3_600 })]);
    const first = await waitForExecution(prisma, await run(definition));
    expect(first.totalCostUsd.toNumber()).toBe(5);
    expect(first.steps.agent).toMatchObject({ cached: false });
    const second = await waitForExecution(prisma, await run(definition));
    expect(second).toMatchObject({ status: 'completed', results: first.results, inputTokens: 0 });
    expect(second.totalCostUsd.toNumber()).toBe(0);
    expect(second.steps.agent).toMatchObject({ cached: true, reason: expect.stringContaining('response cache') });
    expect(model.calls).toHaveLength(1);
    workspaceId = await createWorkspace(prisma);
    await waitForExecution(prisma, await run(definition));
    expect(model.calls).toHaveLength(2);
  });

  test('forgets what nobody may ask for any more', async () => {
    const store = createModelCacheStore(prisma, workspaceId);
    const usage = { inputTokens: 1, outputTokens: 1, cachedInputTokens: 0, reasoningTokens: 0 };
    const message = { role: 'assistant' as const, content: [] };
    const answer = { text: 'hi', message, toolCalls: [], model: MODEL, reason: '', usage, costUsd: 0, durationMs: 1 };
    const response = { ...answer, finishReason: 'stop' as const, cached: false };
    const now = Date.now();
    await store.set('old', { response, storedAt: now - 31 * 86_400_000 });
    await store.set('new', { response, storedAt: now });
    await store.set('huge', { response: { ...response, text: 'x'.repeat(1_000_000) }, storedAt: now });
    expect(await store.get('huge')).toBeUndefined();
    expect(await sweepModelCache(prisma, new Date(now))).toBe(1);
    expect(await store.get('old')).toBeUndefined();
    expect(await store.get('new')).toEqual({ response, storedAt: now });
    expect(await createModelCacheStore(prisma, await createWorkspace(prisma)).get('new')).toBeUndefined();
  });
});

test('prices belong to their workspace', async () => {
  const rate = { input: 1.5, cachedInput: 0.15, output: 6 };
  await saveModelPrice(prisma, { workspaceId, model: MODEL, rate: { ...rate, input: 9 } });
  await saveModelPrice(prisma, { workspaceId, model: MODEL, rate });
  expect([...(await readModelPrices(prisma, workspaceId))]).toEqual([[MODEL, rate]]);
  const other = await createWorkspace(prisma);
  expect((await readModelPrices(prisma, other)).size).toBe(0);
  await expect(removeModelPrice(prisma, { workspaceId: other, model: MODEL })).rejects.toMatchObject({
    code: 'not_found',
  });
  await removeModelPrice(prisma, { workspaceId, model: MODEL });
  expect((await readModelPrices(prisma, workspaceId)).size).toBe(0);
});
