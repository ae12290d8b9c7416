import { createPrisma } from '@agentweaver/db/client';
import { type ClaimedExecution, claimNextExecution } from '@agentweaver/db/execution-claim';
import { finishExecution, releaseExecution } from '@agentweaver/db/execution-store';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import { type StartExecution, startExecution } from '@agentweaver/db/start-execution';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from './support/database.ts';
import { createTestWorkflow, createTestWorkspace, type TestWorkspace } from './support/workspace.ts';

let database: TestDatabase;
let prisma: PrismaClient;
const queue = { add: async () => undefined };

beforeAll(async () => {
  database = await createTestDatabase();
  prisma = createPrisma({ databaseUrl: database.databaseUrl, max: 20 });
});
afterAll(async () => {
  await prisma.$disconnect();
  await database.drop();
});
afterEach(() => prisma.execution.deleteMany());

type Tenant = { name: string; workspace: TestWorkspace; start: (changes?: Partial<StartExecution>) => Promise<string> };

const tenant = async (name: string, plan: { maxConcurrency?: number } = {}): Promise<Tenant> => {
  const workspace = await createTestWorkspace(prisma, plan);
  const workflowId = await createTestWorkflow(prisma, workspace);
  return {
    name,
    workspace,
    start: async (changes) => {
      const { id } = await startExecution(
        { prisma, queue },
        {
          workspaceId: workspace.workspaceId,
          workflowId,
          source: 'draft',
          input: { name: 'Ada' },
          trigger: 'api',
          ...changes,
        },
      );
      return id;
    },
  };
};

const next = async (): Promise<ClaimedExecution | undefined> => {
  const claim = await claimNextExecution(prisma, { executorId: 'executor-1', sandbox: 'process' });
  if (claim?.kind === 'ended') throw new Error('It has ended.');
  return claim;
};
const finish = ({ execution: { id }, attemptId }: ClaimedExecution) =>
  finishExecution(prisma, { id, attemptId, outcome: { status: 'completed', results: {} } });

/** Claims until nothing is left, one at a time, and tells whose they were. */
const drain = async (tenants: Tenant[]): Promise<string[]> => {
  const order: string[] = [];
  for (let claim = await next(); claim; claim = await next()) {
    const { workspaceId } = claim.execution;
    order.push(tenants.find(({ workspace }) => workspace.workspaceId === workspaceId)?.name ?? '?');
    await finish(claim);
  }
  return order;
};

it('serves workspaces in turn, however many executions one of them has', async () => {
  const [large, small] = [await tenant('large'), await tenant('small')];
  for (let index = 0; index < 8; index += 1) await large.start();
  for (let index = 0; index < 2; index += 1) await small.start();
  const order = await drain([large, small]);
  expect(order.slice(0, 4).toSorted()).toEqual(['large', 'large', 'small', 'small']);
  expect(order.slice(4)).toEqual(Array(6).fill('large'));
});

it('prefers the workspace that runs fewer', async () => {
  const [busy, idle] = [await tenant('busy'), await tenant('idle')];
  for (let index = 0; index < 4; index += 1) await busy.start();
  const running = [await next(), await next()];
  for (let index = 0; index < 2; index += 1) await idle.start();
  const ids = [(await next())?.execution.workspaceId, (await next())?.execution.workspaceId];
  expect(ids).toEqual([idle.workspace.workspaceId, idle.workspace.workspaceId]);
  expect(running).toHaveLength(2);
});

it('takes the oldest of a workspace first, and interactive ones before batches', async () => {
  const { start } = await tenant('one');
  const batches = [await start({ priority: 'batch' }), await start({ priority: 'batch' })];
  const interactive = [await start(), await start()];
  const order: (string | undefined)[] = [];
  for (let index = 0; index < 4; index += 1) order.push((await next())?.execution.id);
  expect(order).toEqual([...interactive, ...batches]);
});

it('takes a batch that has waited for minutes before what is newer', async () => {
  const { start } = await tenant('one');
  const old = await start({ priority: 'batch' });
  await prisma.execution.update({ where: { id: old }, data: { queuedAt: new Date(Date.now() - 301_000) } });
  await start();
  expect((await next())?.execution.id).toBe(old);
});

it('never exceeds the concurrency of the plan, however many ask at once, and loses no place', async () => {
  const [capped, other] = [await tenant('capped', { maxConcurrency: 3 }), await tenant('other')];
  for (let index = 0; index < 12; index += 1) await capped.start();
  for (let index = 0; index < 5; index += 1) await other.start();
  const claims = (await Promise.all(Array.from({ length: 20 }, next))).filter((claim) => claim !== undefined);
  const mine = claims.filter(({ execution }) => execution.workspaceId === capped.workspace.workspaceId);
  expect(mine).toHaveLength(3);
  expect(claims).toHaveLength(8);
  expect(new Set(claims.map(({ execution }) => execution.id)).size).toBe(8);
  const [first] = mine;
  if (!first) throw new Error('nothing was claimed');
  expect(await finish(first)).toMatchObject({ kind: 'finished', moreQueued: true });
  expect((await next())?.execution.workspaceId).toBe(capped.workspace.workspaceId);
  expect(await next()).toBeUndefined();
});

it('leaves what is to start later until its time', async () => {
  const { start } = await tenant('one');
  const later = await start({ startAfter: new Date(Date.now() + 60_000) });
  expect(await next()).toBeUndefined();
  await prisma.execution.update({ where: { id: later }, data: { queuedAt: new Date() } });
  expect((await next())?.execution.id).toBe(later);
});

it('brings the plan, the steps to add, and what was done before', async () => {
  const { start, workspace } = await tenant('one');
  const id = await start();
  const claim = await next();
  expect(claim).toMatchObject({
    execution: { id, attempts: 1, input: { name: 'Ada' }, priority: 'interactive', activeMs: 0 },
    workspace: { id: workspace.workspaceId, maxMemoryMb: 1_024, maxHostCalls: 32, maxCostPerDayUsd: null },
    finishedSteps: [],
  });
  expect(claim?.topNodes?.map((node) => node.id)).toEqual(['input', 'greet', 'output']);
  if (!claim) return;
  await releaseExecution(prisma, {
    ...claim,
    id,
    reason: 'executor_shutdown',
    events: [
      { type: 'execution_started', at: 1_000, resumedSteps: 0 },
      { type: 'step_started', at: 1_000, nodeId: 'input', iteration: '', attempt: 1, input: {} },
      {
        type: 'step_completed',
        at: 2_000,
        nodeId: 'input',
        iteration: '',
        attempt: 1,
        output: { n: 1 },
        ports: ['out'],
      },
      { type: 'step_started', at: 2_000, nodeId: 'greet', iteration: '', attempt: 1, input: {} },
    ],
  });
  const again = await next();
  expect(again).toMatchObject({ execution: { id, attempts: 2 }, interruptedAttempts: { greet: 1 } });
  expect(again?.finishedSteps).toEqual([
    { status: 'completed', nodeId: 'input', iteration: '', output: { n: 1 }, ports: ['out'] },
  ]);
  const steps = await prisma.executionStep.findMany({ where: { executionId: id }, orderBy: { nodeId: 'asc' } });
  expect(steps.map(({ nodeId, status }) => [nodeId, status])).toEqual([
    ['greet', 'pending'],
    ['input', 'completed'],
    ['output', 'pending'],
  ]);
});

it('ends what can never run', async () => {
  const { start } = await tenant('one');
  const id = await start();
  const { versionId } = await prisma.execution.findUniqueOrThrow({ where: { id } });
  await prisma.workflowVersion.update({ where: { id: versionId }, data: { definition: { nodes: 'none' } } });
  const claim = await claimNextExecution(prisma, { executorId: 'executor-1', sandbox: 'process' });
  expect(claim).toMatchObject({ kind: 'ended', status: 'failed', id });
  const row = await prisma.execution.findUniqueOrThrow({ where: { id } });
  expect(row).toMatchObject({ status: 'failed', error: { code: 'invalid_workflow' } });
});
