import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEmbeddedPostgres } from '@agentweaver/db/embedded-postgres';
import { createExecutionQueue, createExecutionWorker } from '@agentweaver/db/queue';
import { createPostgresBackend, Queue, Worker } from 'bullmq';
import { header, measure, row } from './measure.ts';
import { hasRedis, startRedis } from './redis-server.ts';

const ROUNDS = 60;

type BenchJob = { id: string };
type Rig = {
  /** Adds a job and resolves with the ms until a worker had it. */
  addAndWait: () => Promise<number>;
  close: () => Promise<void>;
};

/** Lets the worker's side tell the adder's side that a job has arrived. */
const createArrivals = () => {
  const waiting = new Map<string, () => void>();
  return {
    arrived: (id: string) => waiting.get(id)?.(),
    timeUntil: async (id: string, add: () => Promise<unknown>): Promise<number> => {
      const here = new Promise<void>((resolve) => waiting.set(id, resolve));
      const start = performance.now();
      await add();
      await here;
      waiting.delete(id);
      return performance.now() - start;
    },
  };
};

/** `redisUrl` set: on Redis, otherwise on PostgreSQL. */
type Ground = { databaseUrl: string; redisUrl?: string };

const ourQueue = async (ground: Ground): Promise<Rig> => {
  const arrivals = createArrivals();
  const queue = createExecutionQueue(ground);
  const worker = createExecutionWorker(ground, { concurrency: 4 }, async (executionId) => {
    arrivals.arrived(executionId);
    return undefined;
  });
  await worker.ready();
  return {
    addAndWait: () => {
      const executionId = randomUUID();
      return arrivals.timeUntil(executionId, () => queue.add({ executionId }));
    },
    close: async () => {
      await worker.close();
      await queue.close();
    },
  };
};

const rawQueue = async ({ databaseUrl, redisUrl }: Ground): Promise<Rig> => {
  const arrivals = createArrivals();
  const onPostgres = { connection: { connectionString: databaseUrl, migrate: true } };
  const take = async (job: { data: BenchJob }) => arrivals.arrived(job.data.id);
  const { queue, worker } = redisUrl
    ? {
        queue: new Queue<BenchJob>('bench', { connection: { url: redisUrl } }),
        worker: new Worker<BenchJob>('bench', take, {
          connection: { url: redisUrl, maxRetriesPerRequest: null },
          concurrency: 4,
        }),
      }
    : {
        queue: new Queue('bench', onPostgres, createPostgresBackend),
        worker: new Worker('bench', take, { ...onPostgres, concurrency: 4 }, createPostgresBackend),
      };
  await worker.waitUntilReady();
  return {
    addAndWait: () => {
      const id = randomUUID();
      return arrivals.timeUntil(id, () => queue.add('execute', { id }, { removeOnComplete: true }));
    },
    close: async () => {
      await worker.close();
      await queue.close();
    },
  };
};

const compare = async (ground: Ground): Promise<void> => {
  header(`Queue on ${ground.redisUrl ? 'Redis' : 'PostgreSQL'}`);
  const raw = await rawQueue(ground);
  const bare = await measure(ROUNDS, raw.addAndWait);
  await raw.close();
  row('BullMQ as it comes, add to start', bare, 'ms');
  const ours = await ourQueue(ground);
  const own = await measure(ROUNDS, ours.addAndWait);
  await ours.close();
  row('execution queue, add to start', own, 'ms', `${(own.median / bare.median).toFixed(2)} × BullMQ`);
};

/** How long a job waits from being added to being started, with nothing else in the queue. */
export const benchQueue = async (): Promise<void> => {
  const scratch = await mkdtemp(path.join(tmpdir(), 'agentweaver-bench-'));
  const { databaseUrl, stop } = await startEmbeddedPostgres({ dataDir: scratch });
  try {
    await compare({ databaseUrl });
    if (!(await hasRedis())) return;
    const redis = await startRedis();
    await compare({ databaseUrl, redisUrl: redis.url }).finally(redis.stop);
  } finally {
    await stop();
    await rm(scratch, { recursive: true, force: true });
  }
};
