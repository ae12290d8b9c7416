import { createPrisma } from '@agentweaver/db/client';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import { readWaitingExecutions } from '@agentweaver/db/waiting-executions';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createScalingMetrics } from '../../apps/executor/src/scaling-metrics.ts';
import { createTestDatabase, type TestDatabase } from './support/database.ts';
import { createRunningExecution } from './support/running-execution.ts';
import { createTestWorkspace } from './support/workspace.ts';

let database: TestDatabase;
let prisma: PrismaClient;
beforeAll(async () => {
  database = await createTestDatabase();
  prisma = createPrisma({ databaseUrl: database.databaseUrl });
});
afterAll(async () => {
  await prisma.$disconnect();
  await database.drop();
});

/** `count` executions of a workspace, queued so many seconds ago. */
const queue = async (
  workspaceId: string,
  { count, priority, agoSeconds }: { count: number; priority: 'interactive' | 'batch'; agoSeconds: number },
) => {
  const { executionId } = await createRunningExecution(prisma, workspaceId);
  const { workflowId, versionId } = await prisma.execution.update({
    where: { id: executionId },
    data: { status: 'completed', attemptId: null },
  });
  const queuedAt = new Date(Date.now() - agoSeconds * 1_000);
  await prisma.execution.createMany({
    data: Array.from({ length: count }, () => {
      return { workspaceId, workflowId, versionId, trigger: 'api' as const, input: 'null', priority, queuedAt };
    }),
  });
};

test('what waits is told apart from what another executor could run', async () => {
  expect(await readWaitingExecutions(prisma)).toEqual({
    waiting: { interactive: 0, batch: 0 },
    oldestSeconds: { interactive: 0, batch: 0 },
    claimable: 0,
  });
  const big = await createTestWorkspace(prisma, { maxConcurrency: 3 });
  const small = await createTestWorkspace(prisma, { maxConcurrency: 10 });
  await createRunningExecution(prisma, big.workspaceId);
  await queue(big.workspaceId, { count: 10_000, priority: 'batch', agoSeconds: 100 });
  await queue(small.workspaceId, { count: 4, priority: 'interactive', agoSeconds: 30 });
  // Starts later: nothing waits for it.
  await queue(small.workspaceId, { count: 5, priority: 'interactive', agoSeconds: -600 });

  const startedAt = performance.now();
  const state = await readWaitingExecutions(prisma);
  expect(performance.now() - startedAt).toBeLessThan(1_000);
  expect(state).toMatchObject({ waiting: { interactive: 4, batch: 10_000 }, claimable: 2 + 4 });
  for (const [priority, seconds] of [
    ['batch', 100],
    ['interactive', 30],
  ] as const) {
    expect(state.oldestSeconds[priority]).toBeGreaterThanOrEqual(seconds - 1);
    expect(state.oldestSeconds[priority]).toBeLessThan(seconds + 60);
  }
});

test('a scrape asks once and gives no label that grows', async () => {
  const registry = new Registry();
  let asked = 0;
  createScalingMetrics({
    registers: [registry],
    slots: 7,
    readWaiting: () => {
      asked += 1;
      return readWaitingExecutions(prisma);
    },
  });
  const text = await registry.metrics();
  expect(asked).toBe(1);
  expect(text).toContain('agentweaver_waiting_executions{priority="batch"} 10000');
  expect(text).toContain('agentweaver_claimable_executions 6');
  expect(text).toContain('agentweaver_executor_slots 7');
  expect(text).toMatch(/agentweaver_oldest_wait_seconds\{priority="interactive"\} \d{2}/);
  expect(text).not.toMatch(/\{workspace/);
});
