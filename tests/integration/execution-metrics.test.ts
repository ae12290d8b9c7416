import { randomUUID } from 'node:crypto';
import type { Prisma } from '@agentweaver/db/generated/client';
import { createExecutionQueue, type ExecutionQueue } from '@agentweaver/db/queue';
import { TUNABLES } from '@agentweaver/db/tunables';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import * as metricsRoute from '../../apps/web/src/app/api/metrics/route.ts';
import * as cancelRoute from '../../apps/web/src/app/api/v1/executions/[id]/cancel/route.ts';
import { getEnv } from '../../apps/web/src/server/env.ts';
import { chain } from './support/drive.ts';
import { queueExecution, waitForExecution } from './support/executions.ts';
import { startExecutor, type TestExecutor } from './support/executor.ts';
import { type ModelServer, startModelServer } from './support/model-server.ts';
import { callRest } from './support/rest.ts';
import { addMember, openWeb, type TestMember, tokenOf, type WebUnderTest } from './support/web.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const definition = chain([{ id: 'shout', type: 'transform', config: { template: '{{ input }}!' } }]);
const slow = chain([{ id: 'think', type: 'agent', config: { role: 'r', prompt: 'slow' }, timeoutMs: 100_000 }]);

let web: WebUnderTest;
let queue: ExecutionQueue;
let owner: TestMember;
let model: ModelServer;
let executors: TestExecutor[] = [];

beforeAll(async () => {
  web = await openWeb();
  model = await startModelServer();
  model.answer(() => ({ text: 'late', delayMs: 60_000 }));
  owner = await addMember(web.prisma, { role: 'owner' });
  queue = createExecutionQueue({ databaseUrl: getEnv().DATABASE_URL });
});
afterAll(async () => {
  await Promise.all(executors.map((executor) => executor.killHard()));
  await model?.close();
  await queue?.close();
  await web?.close();
});

const queued = (workflow = definition) =>
  queueExecution({ prisma: web.prisma, queue }, { workspaceId: owner.workspaceId, definition: workflow, input: 'a' });

const cancel = async (id: string) => {
  const as = await tokenOf(web.prisma, owner);
  const { status } = await callRest(cancelRoute.POST, 'POST', { as, id });
  expect(status).toBe(202);
};

/** As the sweeper finds it: its executor is gone, and was not the first. */
const lostTooOften = async (): Promise<string> => {
  const id = await queued();
  await web.prisma.execution.update({
    where: { id },
    data: {
      status: 'running',
      attemptId: randomUUID(),
      executorId: 'gone',
      attempts: TUNABLES.maxLosses,
      losses: TUNABLES.maxLosses - 1,
      startedAt: new Date(Date.now() - 120_000),
      heartbeatAt: new Date(Date.now() - 60_000),
    },
  });
  return id;
};

const unreadable = async (): Promise<string> => {
  const id = await queued();
  const { versionId } = await web.prisma.execution.findUniqueOrThrow({ where: { id } });
  const nonsense: Prisma.InputJsonValue = { nodes: 'none' };
  await web.prisma.workflowVersion.update({ where: { id: versionId }, data: { definition: nonsense } });
  return id;
};

/** Of web and all executors together, as `sum by (status)` gives it. */
const counted = async (): Promise<Record<string, number>> => {
  const response = await metricsRoute.GET(new Request('http://localhost/api/metrics'));
  const texts = [await response.text(), ...(await Promise.all(executors.map((executor) => executor.metrics())))];
  const sums: Record<string, number> = {};
  for (const [, status = '', value] of texts
    .join('\n')
    .matchAll(/^agentweaver_workflow_executions_total\{status="(\w+)"\} (\d+)$/gm)) {
    sums[status] = (sums[status] ?? 0) + Number(value);
  }
  return sums;
};

test('every execution counts once, whoever ended it: an executor, a claim, a sweep or the web app', async () => {
  const cancelledBeforeClaim = await queued();
  await cancel(cancelledBeforeClaim);
  // Twice is no second end.
  await cancel(cancelledBeforeClaim);
  const requested = await queued();
  await web.prisma.execution.update({ where: { id: requested }, data: { cancelRequestedAt: new Date() } });
  const ids = [
    cancelledBeforeClaim,
    requested,
    await lostTooOften(),
    await lostTooOften(),
    await unreadable(),
    await queued(),
    await queued(),
  ];
  const { DATABASE_URL: databaseUrl } = getEnv();
  // Two of them sweep at the same time.
  const env = { LOCAL_MODEL_URL: model.url };
  executors = await Promise.all([startExecutor({ databaseUrl, env }), startExecutor({ databaseUrl, env })]);
  const cancelledRunning = await queued(slow);
  await model.reached(1);
  await cancel(cancelledRunning);

  const rows = await Promise.all([...ids, cancelledRunning].map((id) => waitForExecution(web.prisma, id)));
  expect(rows.map(({ status }) => status)).toEqual([
    ...['cancelled', 'cancelled', 'failed', 'failed', 'failed', 'completed', 'completed', 'cancelled'],
  ]);
  // The end is written before it is counted.
  await vi.waitFor(async () => expect(await counted()).toEqual({ cancelled: 3, failed: 3, completed: 2 }), 10_000);
});

test('web and executors tell which parts they have, and how their connections are used', async () => {
  const web = await (await metricsRoute.GET(new Request('http://localhost/api/metrics'))).text();
  const executor = (await executors[0]?.metrics()) ?? '';
  const readyParts = (text: string) =>
    [...text.matchAll(/^agentweaver_part_ready\{part="(\w+)"\} 1$/gm)].map(([, part]) => part).toSorted();
  expect(readyParts(web)).toEqual(['database', 'queue']);
  expect(readyParts(executor)).toEqual(['database', 'disk', 'live', 'queue', 'sandbox']);
  for (const text of [web, executor]) {
    const connections = [...text.matchAll(/^agentweaver_database_connections\{state="(\w+)"\} (\d+)$/gm)];
    expect(connections.map(([, state]) => state).toSorted()).toEqual(['busy', 'idle', 'waiting']);
    expect(connections.reduce((sum, [, , count]) => sum + Number(count), 0)).toBeGreaterThan(0);
  }
});
