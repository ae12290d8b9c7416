import { createExecutionQueue, type ExecutionQueue } from '@agentweaver/db/queue';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { getEnv } from '../../apps/web/src/server/env.ts';
import { queueExecution, waitForExecution } from './support/executions.ts';
import { startExecutor, type TestExecutor } from './support/executor.ts';
import { graph } from './support/graph.ts';
import { type ModelServer, startModelServer } from './support/model-server.ts';
import { callAs } from './support/trpc.ts';
import { addMember, openWeb, type TestMember, type WebUnderTest } from './support/web.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const ANSWER_MS = 400;
const AGENTS = ['one', 'two', 'three'];
const definition = graph(
  [
    { id: 'start', type: 'input' },
    ...AGENTS.map((id) => ({
      id,
      type: 'agent',
      config: { role: 'worker', prompt: `${id} {{ input }}`, model: 'openai_compatible/test-model' },
    })),
    { id: 'end', type: 'output' },
  ],
  AGENTS.flatMap((id) => [`start>${id}`, `${id}>end`]),
);

let web: WebUnderTest;
let model: ModelServer;
let queue: ExecutionQueue;
let executor: TestExecutor;
let owner: TestMember;

beforeAll(async () => {
  model = await startModelServer();
  process.env.EGRESS_ALLOWED_PRIVATE_HOSTS = '127.0.0.1';
  web = await openWeb();
  owner = await addMember(web.prisma, { role: 'owner' });
  const { DATABASE_URL: databaseUrl, AGENTWEAVER_MASTER_KEY: masterKey } = getEnv();
  queue = createExecutionQueue({ databaseUrl });
  executor = await startExecutor({ databaseUrl, masterKey, env: { EGRESS_ALLOWED_PRIVATE_HOSTS: '127.0.0.1' } });
  model.answer(({ prompt }) => ({ text: prompt, delayMs: ANSWER_MS }));
});
afterAll(async () => {
  delete process.env.EGRESS_ALLOWED_PRIVATE_HOSTS;
  await executor?.killHard();
  await queue?.close();
  await model?.close();
  await web?.close();
});

/** The shortest time between two calls that reached the model, in ms. */
const shortestGap = async (): Promise<number> => {
  model.calls.length = 0;
  const id = await queueExecution({ prisma: web.prisma, queue }, { workspaceId: owner.workspaceId, definition });
  expect(await waitForExecution(web.prisma, id)).toMatchObject({ status: 'completed' });
  expect(model.calls).toHaveLength(AGENTS.length);
  const times = model.calls.map(({ at }) => at).toSorted((one, other) => one - other);
  return Math.min(...times.slice(1).map((at, index) => at - (times[index] ?? 0)));
};

test('a limit that an owner sets for a key holds in the executions that begin from then on, until it is taken back', async () => {
  const { providerKeys } = (await callAs(owner)).settings;
  const workspace = owner.slug;
  const { id, testError } = await providerKeys.add({
    workspace,
    provider: 'openai_compatible',
    label: 'Mine',
    apiKey: 'sk-of-the-tests',
    baseUrl: model.url,
  });
  expect(testError).toBeNull();
  expect(await shortestGap()).toBeLessThan(ANSWER_MS);
  await providerKeys.limit({ workspace, id, maxConcurrentCalls: 1, maxCallsPerMinute: null });
  expect(await shortestGap()).toBeGreaterThanOrEqual(ANSWER_MS);
  await providerKeys.limit({ workspace, id, maxConcurrentCalls: null, maxCallsPerMinute: null });
  expect(await shortestGap()).toBeLessThan(ANSWER_MS);
});
