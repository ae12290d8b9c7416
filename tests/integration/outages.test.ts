import { workflowDefinitionSchema } from '@agentweaver/core/definition/workflow-definition';
import { createPrisma } from '@agentweaver/db/client';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import { createExecutionQueue } from '@agentweaver/db/queue';
import { startExecution } from '@agentweaver/db/start-execution';
import { createWorkflow } from '@agentweaver/db/workflow-store';
import { afterEach, describe, expect, test } from 'vitest';
import { startExecutor, type TestExecutor } from './support/executor.ts';
import { canRunDocker, startOwnDocker } from './support/outages/own-docker.ts';
import { startOwnPostgres } from './support/outages/own-postgres.ts';
import { canRunRedis, startOwnRedis } from './support/outages/own-redis.ts';
import { createTestWorkspace } from './support/workspace.ts';

const AT_ONCE = 3;
const EXECUTIONS = 6;

const closers: (() => Promise<unknown>)[] = [];
const closing = <T>(thing: T, close: () => Promise<unknown>): T => {
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

type Setup = { redisUrl?: string; sandbox?: 'docker' | 'process'; env?: Record<string, string> };

/** One executor on a database of its own, with more executions than it runs at once. */
const setUp = async ({ redisUrl, sandbox = 'process', env = {} }: Setup) => {
  const postgres = await startOwnPostgres();
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
  for (let index = 0; index < EXECUTIONS; index += 1) {
    const { id } = await startExecution(
      { prisma, queue },
      { workspaceId, workflowId: workflow.id, source: 'draft', input: {}, trigger: 'manual', userId },
    );
    ids.push(id);
  }
  const running = () => prisma.execution.count({ where: { status: 'running' } });
  await expect.poll(running, { timeout: 30_000 }).toBeGreaterThan(0);
  return { postgres, prisma, executor, ids };
};

/** Ends well, once, with a log without a gap. */
const expectAllCompleted = async (prisma: PrismaClient, ids: string[]): Promise<void> => {
  const statuses = async () => {
    const rows = await prisma.execution.findMany({ where: { id: { in: ids } }, select: { status: true } });
    return rows.map(({ status }) => status);
  };
  await expect.poll(statuses, { timeout: 90_000, interval: 300 }).toEqual(ids.map(() => 'completed'));
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

const missing = async (executor: TestExecutor): Promise<string> => {
  const response = await fetch(`${executor.url}/ready`);
  const body = (await response.json()) as { missing: string[] };
  return `${response.status} ${body.missing.join(' ')}`;
};

describe('an outage costs no execution', { timeout: 180_000 }, () => {
  test.skipIf(!canRunRedis)('of Redis, which comes back empty', async () => {
    const redis = await startOwnRedis();
    closing(redis, redis.close);
    const { prisma, executor, ids } = await setUp({ redisUrl: redis.url });
    await redis.kill();
    await expect.poll(() => missing(executor), { timeout: 20_000 }).toMatch(/^503 .*(queue|Redis)/i);
    await redis.restart({ empty: true });
    await expectAllCompleted(prisma, ids);
    await expect.poll(() => missing(executor), { timeout: 20_000 }).toMatch(/^200/);
  });

  test('of PostgreSQL, killed under running executions', async () => {
    const { postgres, prisma, executor, ids } = await setUp({});
    await postgres.kill();
    await expect.poll(() => missing(executor), { timeout: 20_000 }).toMatch(/^503 .*database/i);
    await postgres.restart();
    await expectAllCompleted(prisma, ids);
    await expect.poll(() => missing(executor), { timeout: 30_000 }).toMatch(/^200/);
  });

  test('of connections to PostgreSQL', async () => {
    const { postgres, prisma, ids } = await setUp({});
    expect(await postgres.terminateConnections()).toBeGreaterThan(0);
    await expectAllCompleted(prisma, ids);
  });

  test.skipIf(!canRunDocker)('of the Docker engine, stopped with everything that it ran', async () => {
    const engine = await startOwnDocker();
    closing(engine, engine.close);
    const { prisma, executor, ids } = await setUp({ sandbox: 'docker', env: { DOCKER_HOST: engine.host } });
    await engine.stop();
    await expect.poll(() => missing(executor), { timeout: 30_000 }).toMatch(/^503 .*(Docker|sandbox|engine)/i);
    await engine.restart();
    await expectAllCompleted(prisma, ids);
    await expect.poll(() => missing(executor), { timeout: 60_000 }).toMatch(/^200/);
  });
});
