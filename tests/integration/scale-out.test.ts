import { createPrisma } from '@agentweaver/db/client';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import { createExecutionQueue, type ExecutionQueue } from '@agentweaver/db/queue';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  type ClaimSpan,
  countEnded,
  createTenant,
  findAnomalies,
  mostAtOnce,
  queueMany,
  readClaimSpans,
  type Tenant,
  untilEnded,
} from './support/crowd.ts';
import { createTestDatabase, type TestDatabase } from './support/database.ts';
import { chain } from './support/drive.ts';
import { createMasterKey, startExecutor, type TestExecutor } from './support/executor.ts';
import { type ModelServer, startModelServer } from './support/model-server.ts';
import { redisUrl } from './support/redis.ts';
import { docker } from './support/sandboxes.ts';

/** Concurrency of each workspace, and how many executions it queues. */
const PLANS = [
  { maxConcurrency: 1, count: 15 },
  { maxConcurrency: 1, count: 15 },
  { maxConcurrency: 2, count: 40 },
  { maxConcurrency: 2, count: 40 },
  { maxConcurrency: 3, count: 50 },
  { maxConcurrency: 10, count: 80 },
];
const TOTAL = PLANS.reduce((sum, { count }) => sum + count, 0);
const SLOTS = 4;
/** A claim is stale after 20 s, a sandbox nobody's after 40 s and the next round of the reaper. */
const TAKEOVER_MS = 120_000;

let database: TestDatabase;
let prisma: PrismaClient;
let model: ModelServer;
let executors: TestExecutor[] = [];
let queue: ExecutionQueue | undefined;

beforeAll(async () => {
  model = await startModelServer();
});
beforeEach(async () => {
  database = await createTestDatabase();
  prisma = createPrisma({ databaseUrl: database.databaseUrl });
});
afterEach(async () => {
  await Promise.all(executors.map((executor) => executor.killHard()));
  executors = [];
  model.calls.length = 0;
  await queue?.close();
  queue = undefined;
  await emptyRedis();
  await prisma.$disconnect();
  await database.drop();
});
afterAll(() => model.close());

/** A model call, and after it something that takes a moment, so that a kill meets executions in each state. */
const definition = chain([
  { id: 'ask', type: 'agent', config: { role: 'worker', prompt: 'say {{ input }}' } },
  { id: 'wait', type: 'delay', config: { seconds: 0.3 } },
]);

/** A numbered database of its own: other tests use the same server. */
const ownRedisUrl = redisUrl && Object.assign(new URL(redisUrl), { pathname: '/13' }).toString();

/** Looks for work that no executor has taken are left behind. */
const emptyRedis = async (): Promise<void> => {
  if (!ownRedisUrl) return;
  const redis = new Redis(ownRedisUrl);
  await redis.flushdb();
  redis.disconnect();
};

type Setup = { sandbox: 'docker' | 'process'; redisUrl?: string; hostnames: boolean };

const scaleOut = async ({ sandbox, redisUrl: redis, hostnames }: Setup) => {
  const masterKey = createMasterKey();
  const start = async (name: string): Promise<TestExecutor> => {
    const executor = await startExecutor({
      databaseUrl: database.databaseUrl,
      masterKey,
      sandbox,
      ...(hostnames ? { hostname: name } : {}),
      env: {
        LOCAL_MODEL_URL: model.url,
        EXECUTOR_CONCURRENCY: String(SLOTS),
        ...(redis ? { REDIS_URL: redis } : {}),
      },
    });
    executors.push(executor);
    return executor;
  };
  queue = createExecutionQueue({ databaseUrl: database.databaseUrl, ...(redis ? { redisUrl: redis } : {}) });
  const tenants: Tenant[] = [];
  for (const { maxConcurrency } of PLANS) tenants.push(await createTenant(prisma, { definition, maxConcurrency }));

  const [first] = await Promise.all(['one', 'two', 'three'].map(start));
  const queueing = queueMany(
    { prisma, queue },
    tenants.map((tenant, index) => ({ tenant, count: PLANS[index]?.count ?? 0 })),
  );
  await untilEnded(prisma, { count: TOTAL / 4, timeoutMs: 60_000, everyMs: 20 });
  await first?.killHard();
  const leftAt = await countEnded(prisma);
  const lost = await prisma.execution.findMany({
    where: { status: 'running', executorId: await idOf(first) },
    select: { id: true },
  });
  await start('four');
  await queueing;
  await untilEnded(prisma, { count: TOTAL, timeoutMs: TAKEOVER_MS });
  return { tenants, lost: new Set(lost.map(({ id }) => id)), leftAt, dead: await idOf(first) };
};

/** Each log line carries it. */
const idOf = async (executor: TestExecutor | undefined): Promise<string> =>
  /"executorId":"([^"]+)"/.exec(executor?.output() ?? '')?.[1] ?? expect.fail('The executor said nothing.');

const expectCaps = (tenants: Tenant[], spans: ClaimSpan[]): void => {
  for (const { workspaceId, maxConcurrency } of tenants) {
    const most = mostAtOnce(spans.filter((span) => span.workspaceId === workspaceId));
    // The small limits are reached, so they were what held the workspace back; of the large one others take their share.
    if (maxConcurrency <= 3) expect(most).toBe(maxConcurrency);
    else expect(most).toBeLessThanOrEqual(maxConcurrency);
  }
};

const expectOnce = async (lost: ReadonlySet<string>): Promise<void> => {
  expect(await findAnomalies(prisma)).toEqual({ notCompleted: 0, endedTwice: 0, stepsTwice: 0 });
  const executions = await prisma.execution.findMany({ select: { id: true, attempts: true } });
  expect(executions).toHaveLength(TOTAL);
  const again = executions.filter(({ attempts }) => attempts > 1);
  expect(new Set(again.map(({ id }) => id))).toEqual(lost);
  expect(again.filter(({ attempts }) => attempts !== 2)).toEqual([]);
  // One call each; only of those that the dead executor ran may the answer have been lost with it.
  const calls = await prisma.modelCall.count({ where: { completedAt: { not: null } } });
  expect(calls).toBe(TOTAL);
  expect(model.calls.length).toBeGreaterThanOrEqual(TOTAL);
  expect(model.calls.length).toBeLessThanOrEqual(TOTAL + lost.size);
};

const setups: (Setup & { name: string; skip: boolean })[] = [
  {
    name: 'machines of their own, Redis and containers',
    sandbox: 'docker',
    ...(ownRedisUrl ? { redisUrl: ownRedisUrl } : {}),
    hostnames: true,
    skip: !ownRedisUrl || !docker || process.getuid?.() !== 0,
  },
  { name: 'one machine, the embedded queue and processes', sandbox: 'process', hostnames: false, skip: false },
];

describe('three executors, of which one is killed, and a fourth', () => {
  for (const { name, skip, ...setup } of setups)
    test.skipIf(skip)(
      `on ${name}: each execution ends once, within the limit of its workspace`,
      async () => {
        const { tenants, lost, dead, leftAt } = await scaleOut(setup);
        expect(leftAt).toBeLessThan(TOTAL);
        expect(lost.size).toBeGreaterThan(0);
        await expectOnce(lost);
        const spans = await readClaimSpans(prisma);
        expectCaps(tenants, spans);
        const ids = new Set(spans.map(({ executorId }) => executorId));
        expect(ids).toEqual(new Set(await Promise.all(executors.map(idOf))));
        if (setup.sandbox === 'docker') await expectReaped(dead);
      },
      300_000,
    );
});

/** The dead executor's containers go, those of the living stay. */
const expectReaped = async (dead: string): Promise<void> => {
  const containersOf = async (id: string) =>
    (await docker?.listContainers({ all: true, filters: { label: [`agentweaver.executor=${id}`] } }))?.length;
  await expect.poll(() => containersOf(dead), { timeout: TAKEOVER_MS, interval: 500 }).toBe(0);
  // How many the living keep depends on the load of the machine; none was taken from them.
  for (const executor of executors.slice(1)) expect(executor.output()).not.toContain('an idle sandbox has ended');
};
