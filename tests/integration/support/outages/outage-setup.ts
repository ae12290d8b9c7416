import { workflowDefinitionSchema } from '@agentweaver/core/definition/workflow-definition';
import { createPrisma } from '@agentweaver/db/client';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import { createExecutionQueue } from '@agentweaver/db/queue';
import { startExecution } from '@agentweaver/db/start-execution';
import { createWorkflow } from '@agentweaver/db/workflow-store';
import { afterEach, expect } from 'vitest';
import { startExecutor, type TestExecutor } from '../executor.ts';
import { createTestWorkspace } from '../workspace.ts';
import { startOwnPostgres } from './own-postgres.ts';

/** What one executor runs at once. */
const AT_ONCE = 3;
const EXECUTIONS = 6;

const closers: (() => Promise<unknown>)[] = [];
/** Closed after the test, the last one first. */
export const closing = <T>(thing: T, close: () => Promise<unknown>): T => {
  closers.push(close);
  return thing;
};
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

const definition = workflowDefinitionSchema.parse({
  nodes: [
    { id: 'start', type: 'input', name: 'Start', config: {} },
    { id: 'first', type: 'transform', name: 'First', config: { mode: 'template', template: 'one' } },
    { id: 'wait', type: 'delay', name: 'Wait', config: { seconds: 1 } },
    { id: 'end', type: 'output', name: 'End', config: {} },
  ],
  edges: [
    { id: 'a', source: 'start', target: 'first' },
    { id: 'b', source: 'first', target: 'wait' },
    { id: 'c', source: 'wait', target: 'end' },
  ],
});

export type OutageSetup = {
  redisUrl?: string;
  sandbox?: 'docker' | 'process';
  env?: Record<string, string>;
  /** Where PostgreSQL keeps its data; in a folder of its own without. */
  dataDir?: string;
};

/** One executor on a database of its own, with more executions than it runs at once. */
export const setUpOutage = async ({ redisUrl, sandbox = 'process', env = {}, dataDir }: OutageSetup) => {
  const postgres = await startOwnPostgres(dataDir === undefined ? {} : { dataDir });
  closing(postgres, postgres.close);
  const { databaseUrl } = postgres;
  const prisma = createPrisma({ databaseUrl, onError: () => undefined });
  closing(prisma, () => prisma.$disconnect());
  const queue = createExecutionQueue({ databaseUrl, redisUrl, onError: () => undefined });
  closing(queue, queue.close);
  const executor = await startExecutor({
    databaseUrl,
    sandbox,
    env: { EXECUTOR_CONCURRENCY: String(AT_ONCE), ...(redisUrl ? { REDIS_URL: redisUrl } : {}), ...env },
  });
  closing(executor, executor.killHard);
  const { workspaceId, userId } = await createTestWorkspace(prisma);
  const workflow = await createWorkflow(prisma, { workspaceId, userId, name: 'Outage', definition });
  const ids: string[] = [];
  const start = async (): Promise<void> => {
    for (let index = 0; index < EXECUTIONS; index += 1) {
      const { id } = await startExecution(
        { prisma, queue, onEnqueueError: () => undefined },
        { workspaceId, workflowId: workflow.id, source: 'draft', input: {}, trigger: 'manual', userId },
      );
      ids.push(id);
    }
  };
  await start();
  const running = () => prisma.execution.count({ where: { status: 'running' } });
  await expect.poll(running, { timeout: 30_000 }).toBeGreaterThan(0);
  return { postgres, prisma, executor, ids, start };
};

export const statusesOf = async (prisma: PrismaClient, ids: string[]): Promise<string[]> => {
  const rows = await prisma.execution.findMany({ where: { id: { in: ids } }, select: { status: true } });
  return rows.map(({ status }) => status);
};

/** Ends well, once, with a log without a gap. */
export const expectAllCompleted = async (prisma: PrismaClient, ids: string[]): Promise<void> => {
  await expect
    .poll(() => statusesOf(prisma, ids), { timeout: 90_000, interval: 300 })
    .toEqual(ids.map(() => 'completed'));
  for (const id of ids) {
    const [events, row] = await Promise.all([
      prisma.executionEvent.findMany({ where: { executionId: id }, orderBy: { seq: 'asc' } }),
      prisma.execution.findUniqueOrThrow({ where: { id } }),
    ]);
    expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: row.lastSeq }, (_, index) => index + 1));
    expect(events.filter(({ type }) => type === 'execution_completed')).toHaveLength(1);
    const done = events.filter(({ type, nodeId }) => type === 'step_completed' && nodeId === 'first');
    expect(done).toHaveLength(1);
  }
};

/** What `/ready` answers: its status, and what is missing. */
export const missing = async (executor: TestExecutor): Promise<string> => {
  const response = await fetch(`${executor.url}/ready`);
  const body = (await response.json()) as { missing: string[] };
  return `${response.status} ${body.missing.join(' ')}`;
};
