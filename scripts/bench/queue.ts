import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEmbeddedPostgres } from '@agentweaver/db/embedded-postgres';
import { createExecutionQueue, createExecutionWorker } from '@agentweaver/db/queue';
import {
  createPostgresBackend,
  type JobProgress,
  type PostgresConnectionOptions,
  type PostgresQueueBackend,
  Queue,
  Worker,
} from 'bullmq';
import { header, measure, row } from './measure.ts';

const ROUNDS = 60;

type BenchJob = { id: string };
type BareQueue = Queue<
  BenchJob,
  void,
  'execute',
  BenchJob,
  void,
  'execute',
  PostgresQueueBackend,
  PostgresConnectionOptions
>;
type BareWorker = Worker<BenchJob, void, 'execute', PostgresQueueBackend, JobProgress, PostgresConnectionOptions>;

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

const ourQueue = async (databaseUrl: string): Promise<Rig> => {
  const arrivals = createArrivals();
  const queue = createExecutionQueue({ databaseUrl });
  const worker = createExecutionWorker({ databaseUrl }, { concurrency: 4 }, async (executionId) => {
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

const rawQueue = async (databaseUrl: string): Promise<Rig> => {
  const arrivals = createArrivals();
  const connection = { connectionString: databaseUrl, migrate: true };
  const queue: BareQueue = new Queue('bench', { connection }, createPostgresBackend);
  const worker: BareWorker = new Worker(
    'bench',
    async (job) => arrivals.arrived(job.data.id),
    { connection, concurrency: 4 },
    createPostgresBackend,
  );
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

/** How long a job waits from being added to being started, with nothing else in the queue. */
export const benchQueue = async (): Promise<void> => {
  header('Queue (embedded PostgreSQL)');
  const scratch = await mkdtemp(path.join(tmpdir(), 'agentweaver-bench-'));
  const server = await startEmbeddedPostgres({ dataDir: scratch });
  try {
    const raw = await rawQueue(server.databaseUrl);
    const bare = await measure(ROUNDS, raw.addAndWait);
    await raw.close();
    row('BullMQ as it comes, add to start', bare, 'ms');
    const ours = await ourQueue(server.databaseUrl);
    const own = await measure(ROUNDS, ours.addAndWait);
    await ours.close();
    row('execution queue, add to start', own, 'ms', `${(own.median / bare.median).toFixed(2)} × BullMQ`);
  } finally {
    await server.stop();
    await rm(scratch, { recursive: true, force: true });
  }
};
