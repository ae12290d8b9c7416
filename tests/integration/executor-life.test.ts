import { existsSync, readFileSync } from 'node:fs';
import { createPrisma } from '@agentweaver/db/client';
import { requestCancel } from '@agentweaver/db/execution-store';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import { createLiveChannel, type LiveChannel, type LiveMessage } from '@agentweaver/db/live-channel';
import { createExecutionQueue, type ExecutionQueue } from '@agentweaver/db/queue';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from './support/database.ts';
import { chain } from './support/drive.ts';
import { createWorkspace, queueExecution, waitForExecution } from './support/executions.ts';
import { startExecutor, type TestExecutor } from './support/executor.ts';
import { type ModelServer, startModelServer } from './support/model-server.ts';
import { redisUrl } from './support/redis.ts';
import { docker, sandboxKinds } from './support/sandboxes.ts';

// Some tests start two executors, on machines that may be busy; what they wait for gives up before this.
vi.setConfig({ testTimeout: 120_000 });

let database: TestDatabase;
let prisma: PrismaClient;
let queue: ExecutionQueue;
let live: LiveChannel;
let model: ModelServer;
let workspaceId: string;
const executors: TestExecutor[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  const { databaseUrl } = database;
  prisma = createPrisma({ databaseUrl });
  queue = createExecutionQueue({ databaseUrl });
  live = createLiveChannel({ databaseUrl });
  model = await startModelServer();
  workspaceId = await createWorkspace(prisma);
});
afterEach(async () => {
  await Promise.all(executors.splice(0).map((executor) => executor.killHard()));
  model.answer(({ prompt }) => ({ text: `echo: ${prompt}` }));
  model.calls.length = 0;
});
afterAll(async () => {
  await model.close();
  await live.close();
  await queue.close();
  await prisma.$disconnect();
  await database.drop();
});

const start = async (options: Partial<Parameters<typeof startExecutor>[0]> = {}): Promise<TestExecutor> => {
  const executor = await startExecutor({
    databaseUrl: database.databaseUrl,
    ...options,
    env: { LOCAL_MODEL_URL: model.url, ...options.env },
  });
  executors.push(executor);
  return executor;
};
const run = (definition: ReturnType<typeof chain>, input: unknown = 'text') =>
  queueExecution({ prisma, queue }, { workspaceId, definition, input });

const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
const isAlive = (pid: number): boolean =>
  existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));

/** Longer than any test waits, and short enough not to give its sandbox back. */
const stays = (id: string) => ({ id, type: 'delay', config: { seconds: 60 } });

const agents = (count: number, config: Record<string, unknown> = {}) =>
  Array.from({ length: count }, (_, index) => ({
    id: `agent_${index + 1}`,
    type: 'agent',
    config: { role: 'worker', prompt: `call ${index + 1}: {{ previous }}`, ...config },
  }));

describe('an execution', () => {
  for (const sandbox of sandboxKinds)
    test.skipIf(sandbox === 'docker' && !docker)(
      `runs to its end in a ${sandbox} sandbox, and everything is written down`,
      async () => {
        const executor = await start({ sandbox });
        const seen: LiveMessage[] = [];
        const id = await run(
          chain([
            { id: 'shout', type: 'code', config: { source: 'console.log("working"); return previous.toUpperCase();' } },
            ...agents(1),
          ]),
          'quiet text',
        );
        const unsubscribe = await live.subscribe(id, (message) => seen.push(message));
        const execution = await waitForExecution(prisma, id);
        await unsubscribe();

        expect(execution).toMatchObject({
          status: 'completed',
          results: 'echo: call 1: QUIET TEXT',
          sandbox,
          attempts: 1,
        });
        expect(execution).toMatchObject({ inputTokens: 10, outputTokens: 5 });
        expect(execution.steps.agent_1).toMatchObject({
          status: 'completed',
          model: 'openai_compatible/test-model',
          reason: expect.stringContaining('Chosen automatically'),
          inputTokens: 10,
          outputTokens: 5,
        });
        expect(execution.events.map(({ seq }) => seq)).toEqual(execution.events.map((_, index) => index + 1));
        expect(execution.events.some(({ nodeId, message }) => nodeId === 'shout' && message === 'working')).toBe(true);
        expect(execution.events.at(-1)?.type).toBe('execution_completed');
        expect(seen.some(({ type }) => type === 'events')).toBe(true);

        expect(await executor.ready()).toMatchObject({ status: 'ready', sandbox: { kind: sandbox } });
        const metrics = await executor.metrics();
        expect(metrics).toContain('agentweaver_workflow_executions_total{status="completed"} 1');
        expect(metrics).toContain('agentweaver_active_executions 0');
        expect(metrics).toContain('agentweaver_model_calls_total{provider="openai_compatible",outcome="ok"} 1');
        expect(metrics).toMatch(/agentweaver_sandbox_start_seconds_count\{kind="\w+"\} [1-9]/);
      },
    );

  test('fails with the node and what to do, and the executor goes on', async () => {
    const executor = await start();
    const failing = await run(chain([{ id: 'bad', type: 'code', config: { source: 'null.x' } }]));
    expect(await waitForExecution(prisma, failing)).toMatchObject({
      status: 'failed',
      error: { code: 'code_failed', nodeId: 'bad' },
      steps: { bad: { status: 'failed' }, end: { status: 'skipped' } },
    });
    const refused = await run(
      chain([{ id: 'get', type: 'http_request', config: { url: 'http://169.254.169.254/latest' } }]),
    );
    expect(await waitForExecution(prisma, refused)).toMatchObject({
      status: 'failed',
      error: { code: 'egress_denied', nodeId: 'get' },
    });
    expect(await executor.metrics()).toContain('agentweaver_egress_denials_total{reason="private_address"} 1');

    const fine = await run(chain([]));
    expect(await waitForExecution(prisma, fine)).toMatchObject({ status: 'completed' });
  });

  test('of a foreign or deleted row does no harm', async () => {
    const executor = await start();
    await queue.add({ executionId: '01900000-0000-7000-8000-000000000000' });
    const fine = await run(chain([]));
    expect(await waitForExecution(prisma, fine)).toMatchObject({ status: 'completed' });
    expect((await executor.ready()).status).toBe('ready');
  });

  test('ends when its time is over', async () => {
    await start();
    const id = await run(chain([{ id: 'wait', type: 'delay', config: { seconds: 60 } }], { timeoutMs: 5_000 }));
    expect(await waitForExecution(prisma, id)).toMatchObject({
      status: 'failed',
      error: { code: 'execution_timeout', nodeId: 'wait', message: expect.stringContaining('“The wait”') },
      steps: { wait: { status: 'cancelled' } },
    });
  });

  test('that names a model without a key fails and says what to do', async () => {
    await start();
    const id = await run(chain(agents(1, { model: 'anthropic/claude-sonnet-5-5' })));
    expect(await waitForExecution(prisma, id)).toMatchObject({
      status: 'failed',
      error: { code: 'model_unavailable', nodeId: 'agent_1', hint: expect.stringContaining('settings') },
    });
  });

  test('leaves one usage row per model', async () => {
    await start();
    const id = await run(chain(agents(1)));
    const execution = await waitForExecution(prisma, id);
    expect(await prisma.usageMetric.findMany({ where: { executionId: id } })).toMatchObject([
      {
        provider: 'openai_compatible',
        model: 'openai_compatible/test-model',
        calls: 1,
        inputTokens: 10,
        outputTokens: 5,
      },
    ]);
    expect(execution.totalCostUsd.toNumber()).toBe(0);
  });
});

describe('cancel', () => {
  for (const sandbox of sandboxKinds)
    test.skipIf(sandbox === 'docker' && !docker)(`kills a ${sandbox} sandbox that spins`, async () => {
      const executor = await start({ sandbox });
      const id = await run(chain([{ id: 'spin', type: 'code', config: { source: 'for (;;);' }, timeoutMs: 600_000 }]));
      await waitForExecution(prisma, id, { until: ({ steps }) => steps.spin?.status === 'running' });
      expect(await executor.metrics()).toContain(`agentweaver_sandbox_pool{kind="${sandbox}",state="busy"} 1`);

      await requestCancel(prisma, { id, workspaceId });
      await live.publishCancel(id);
      expect(await waitForExecution(prisma, id, { timeoutMs: 8_000 })).toMatchObject({
        status: 'cancelled',
        steps: { spin: { status: 'cancelled' } },
      });
      await expect.poll(executor.metrics).toContain(`agentweaver_sandbox_pool{kind="${sandbox}",state="busy"} 0`);
    });

  test('is obeyed without the live channel, by the next heartbeat', async () => {
    await start();
    const id = await run(chain([stays('wait')]));
    await waitForExecution(prisma, id, { until: ({ steps }) => steps.wait?.status === 'running' });
    await requestCancel(prisma, { id, workspaceId });
    expect(await waitForExecution(prisma, id, { timeoutMs: 12_000 })).toMatchObject({ status: 'cancelled' });
  });
});

describe('an executor that dies', () => {
  const sandbox = docker ? 'docker' : 'process';

  test('in the middle of five agents: they go on after its restart, and no answered call is made again', async () => {
    model.answer(({ prompt }, index) => ({ text: `echo: ${prompt}`, delayMs: index === 2 ? 30_000 : 20 }));
    const first = await start({ sandbox });
    const id = await run(chain(agents(5)));
    await model.reached(3);
    await waitForExecution(prisma, id, { until: ({ steps }) => steps.agent_2?.status === 'completed' });
    await first.killHard();
    expect(await prisma.execution.findUnique({ where: { id } })).toMatchObject({ status: 'running' });

    model.answer(({ prompt }) => ({ text: `echo: ${prompt}` }));
    await start({ sandbox });
    const execution = await waitForExecution(prisma, id);
    expect(execution).toMatchObject({ status: 'completed', attempts: 2 });
    const numbers = model.calls.map(({ prompt }) => /^call (\d)/.exec(prompt)?.[1]);
    // The third had no answer when the executor died: only that one is asked again.
    expect(numbers).toEqual(['1', '2', '3', '3', '4', '5']);
    expect(execution).toMatchObject({ inputTokens: 50, outputTokens: 25 });
    expect(execution.events.map(({ seq }) => seq)).toEqual(execution.events.map((_, index) => index + 1));
    if (docker) {
      const left = await docker.listContainers({ all: true, filters: { label: [`agentweaver.execution=${id}`] } });
      expect(left).toEqual([]);
    }
  });

  test('after a call was answered and before its step was written: the answer is taken from memory', async () => {
    // The step goes on after its call, so the answer is stored while the step still runs.
    const definition = chain([...agents(1), stays('wait')]);
    const first = await start();
    const id = await run(definition);
    await waitForExecution(prisma, id, { until: ({ steps }) => steps.wait?.status === 'running' });
    await first.killHard();
    // As if the last batch of events had not been written any more.
    await prisma.executionStep.updateMany({
      where: { executionId: id, nodeId: 'agent_1' },
      data: { status: 'running', completedAt: null },
    });

    await start();
    await waitForExecution(prisma, id, {
      until: ({ steps, attempts }) => attempts === 2 && steps.wait?.status === 'running',
    });
    expect(model.calls).toHaveLength(1);
    await requestCancel(prisma, { id, workspaceId });
    await live.publishCancel(id);
    expect(await waitForExecution(prisma, id)).toMatchObject({ status: 'cancelled', inputTokens: 10 });
  });

  test.runIf(process.platform === 'linux')('takes its process sandboxes with it, also when they spin', async () => {
    const executor = await start({ sandbox: 'process' });
    const id = await run(
      chain([{ id: 'spin', type: 'transform', config: { template: `{{ $match("${'a'.repeat(40)}b", /^(a+)+$/) }}` } }]),
    );
    await waitForExecution(prisma, id, { until: ({ steps }) => steps.spin?.status === 'running' });
    const children = childrenOf(executor.pid);
    expect(children).not.toEqual([]);
    await executor.killHard();
    await expect.poll(() => children.filter(isAlive)).toEqual([]);
    await requestCancel(prisma, { id, workspaceId });
  });

  test('politely, lets a short execution end', async () => {
    const executor = await start({ sandbox });
    const id = await run(chain([{ id: 'wait', type: 'delay', config: { seconds: 2 } }]));
    await waitForExecution(prisma, id, { until: ({ steps }) => steps.wait?.status === 'running' });
    expect(await executor.stop()).toBe(0);
    expect(await prisma.execution.findUnique({ where: { id } })).toMatchObject({ status: 'completed', attempts: 1 });
  });

  test('politely, gives its executions back, and another goes on', async () => {
    const first = await start({ sandbox });
    const id = await run(
      chain([
        { id: 'once', type: 'code', config: { source: 'return 1' } },
        // Longer than a stop waits for executions to end.
        { id: 'wait', type: 'delay', config: { seconds: 12 } },
      ]),
    );
    await waitForExecution(prisma, id, { until: ({ steps }) => steps.wait?.status === 'running' });
    expect(await first.stop()).toBe(0);
    expect(await prisma.execution.findUnique({ where: { id } })).toMatchObject({ status: 'queued', attemptId: null });

    await start({ sandbox });
    const execution = await waitForExecution(prisma, id);
    expect(execution).toMatchObject({ status: 'completed', results: 1 });
    expect(execution.events.filter(({ type, nodeId }) => type === 'step_started' && nodeId === 'once')).toHaveLength(1);
  });
});

describe.runIf(process.platform === 'linux')('a sandbox that is killed', () => {
  const killedIn = new Map<string, number>();
  /** Kills the sandbox of the only running execution once the step runs, in a new one. */
  const killSandbox = async (executor: TestExecutor, id: string, node = 'wait') => {
    const claim = (killedIn.get(id) ?? 0) + 1;
    killedIn.set(id, claim);
    await waitForExecution(prisma, id, {
      until: ({ steps, events }) =>
        events.filter(({ type }) => type === 'execution_started').length === claim && steps[node]?.status === 'running',
    });
    // Sandboxes that die while they start mean that the host can start none: that is nobody's loss.
    await expect.poll(executor.metrics).toContain('agentweaver_sandbox_pool{kind="process",state="booting"} 0');
    for (const pid of childrenOf(executor.pid)) process.kill(pid, 'SIGKILL');
  };
  const definition = chain([
    { id: 'once', type: 'code', config: { source: 'return 1' } },
    { id: 'wait', type: 'delay', config: { seconds: 4 } },
  ]);

  test('is replaced, and the execution goes on from its last finished step', async () => {
    const executor = await start({ sandbox: 'process' });
    const id = await run(definition);
    await killSandbox(executor, id);
    const execution = await waitForExecution(prisma, id);
    expect(execution).toMatchObject({ status: 'completed', results: 1, attempts: 2 });
    expect(execution.events.filter(({ type, nodeId }) => type === 'step_started' && nodeId === 'once')).toHaveLength(1);
  });

  test('again and again ends the execution with a clear error', async () => {
    const executor = await start({ sandbox: 'process' });
    const id = await run(definition);
    for (let kill = 1; kill <= 3; kill += 1) await killSandbox(executor, id);
    expect(await waitForExecution(prisma, id)).toMatchObject({
      status: 'failed',
      attempts: 3,
      error: { code: 'sandbox_crashed', nodeId: 'wait' },
    });
  });

  test('as often, but each time after another step, costs the execution nothing', { timeout: 120_000 }, async () => {
    const executor = await start({ sandbox: 'process' });
    const nodes = ['a', 'b', 'c', 'd'].map((id) => ({ id, type: 'delay' as const, config: { seconds: 3 } }));
    const id = await run(chain(nodes));
    for (const { id: node } of nodes) await killSandbox(executor, id, node);
    expect(await waitForExecution(prisma, id)).toMatchObject({ status: 'completed', attempts: 5 });
  });
});

test('two executors share the work, and each execution runs once', async () => {
  await Promise.all([start({ env: { EXECUTOR_CONCURRENCY: '2' } }), start({ env: { EXECUTOR_CONCURRENCY: '2' } })]);
  const ids = await Promise.all(
    Array.from({ length: 8 }, () => run(chain([{ id: 'wait', type: 'delay', config: { seconds: 0.3 } }]))),
  );
  const executions = await Promise.all(ids.map((id) => waitForExecution(prisma, id)));
  expect(executions.every(({ status, attempts }) => status === 'completed' && attempts === 1)).toBe(true);
  expect(new Set(executions.map(({ executorId }) => executorId)).size).toBe(2);
});

test.skipIf(!redisUrl)('the queue and the live channel may be on Redis', async () => {
  // A numbered database of its own: other tests use the same server.
  const url = new URL(redisUrl ?? '');
  url.pathname = '/11';
  const config = { databaseUrl: database.databaseUrl, redisUrl: url.toString() };
  const redisQueue = createExecutionQueue(config);
  const redisLive = createLiveChannel(config);
  try {
    const executor = await start({ env: { REDIS_URL: url.toString() } });
    const definition = chain([stays('wait')]);
    const id = await queueExecution({ prisma, queue: redisQueue }, { workspaceId, definition });
    await waitForExecution(prisma, id, { until: ({ steps }) => steps.wait?.status === 'running' });
    await requestCancel(prisma, { id, workspaceId });
    await redisLive.publishCancel(id);
    expect(await waitForExecution(prisma, id)).toMatchObject({ status: 'cancelled' });
    expect(await executor.metrics()).toMatch(/agentweaver_queue_depth\{state="waiting"\} 0/);
    expect(await executor.stop()).toBe(0);
  } finally {
    await redisLive.close();
    await redisQueue.close();
  }
});

describe('a refusal to start', () => {
  test('names every bad variable', async () => {
    const failed = startExecutor({ databaseUrl: 'mysql://x', masterKey: 'short', env: { SANDBOX: 'vm' } });
    await expect(failed).rejects.toThrow(/DATABASE_URL[\s\S]*SANDBOX[\s\S]*AGENTWEAVER_MASTER_KEY/);
  });

  test('SANDBOX=docker without an engine says so', async () => {
    const failed = start({ sandbox: 'docker', env: { DOCKER_HOST: 'tcp://127.0.0.1:9' } });
    await expect(failed).rejects.toThrow(/SANDBOX=docker.*SANDBOX=auto/);
  });

  test('SANDBOX=auto without an engine takes processes, and says so', async () => {
    const executor = await start({ sandbox: 'auto', env: { DOCKER_HOST: 'tcp://127.0.0.1:9' } });
    expect((await executor.ready()).sandbox).toMatchObject({
      kind: 'process',
      description: expect.stringContaining('the environment of the executor'),
    });
  });
});
