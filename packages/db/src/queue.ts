import { setTimeout as sleep } from 'node:timers/promises';
import {
  createPostgresBackend,
  DelayedError,
  type Job,
  type JobProgress,
  type PostgresConnectionOptions,
  type PostgresQueueBackend,
  Queue,
  Worker,
} from 'bullmq';
import { z } from 'zod';
import { openRedis } from './redis.ts';

export type QueueConfig = {
  /** Set: the queue is on Redis. Otherwise it is on PostgreSQL. */
  redisUrl?: string;
  databaseUrl: string;
  /** Of the keys on Redis, or the schema on PostgreSQL: letters, digits and _. */
  prefix?: string;
  /** Told of connection errors; both ends reconnect by themselves. */
  onError?: (error: Error) => void;
};

export type ExecutionJob = {
  executionId: string;
  /** Claims so far. A job of a lost claim may still be there, and must not swallow the next one. */
  attempt?: number;
  /** Handed out no sooner. */
  delayMs?: number;
};

export type QueueCounts = { waiting: number; active: number; delayed: number };

export type ExecutionQueue = {
  /** Adds a job; one that is already waiting for the same attempt is not added twice. Rejects within 5 s. */
  add: (job: ExecutionJob) => Promise<void>;
  counts: () => Promise<QueueCounts>;
  close: () => Promise<void>;
};

const QUEUE_NAME = 'executions';
const DEFAULT_PREFIX = 'agentweaver';
const ADD_TIMEOUT_MS = 5_000;
/** For a worker without jobs to let go of its connections: what BullMQ waits for does not come while the database is away. */
const DISCONNECT_TIMEOUT_MS = 2_000;

/** Ids only: job data lies in the queue as plain text. */
const jobDataSchema = z.object({ executionId: z.uuid(), attempt: z.int().min(0).default(0) });
type JobData = z.input<typeof jobDataSchema>;

type PostgresQueue = Queue<
  JobData,
  void,
  'execute',
  JobData,
  void,
  'execute',
  PostgresQueueBackend,
  PostgresConnectionOptions
>;
type PostgresWorker = Worker<JobData, void, 'execute', PostgresQueueBackend, JobProgress, PostgresConnectionOptions>;

/** Correctness is the claim's, not the queue's: a job that is delivered twice or lost does no harm. */
const JOB_OPTIONS = { attempts: 1, removeOnComplete: true, removeOnFail: true } as const;

export const createExecutionQueue = (config: QueueConfig): ExecutionQueue => {
  const { queue, close } = config.redisUrl ? redisQueue(config, config.redisUrl) : postgresQueue(config);
  queue.on('error', (error: Error) => config.onError?.(error));
  return {
    add: async ({ executionId, attempt = 0, delayMs }) => {
      // Not all digits and without a colon, which BullMQ refuses.
      const jobId = `${executionId}-${attempt}`;
      await withTimeout(
        queue.add('execute', { executionId, attempt }, { ...JOB_OPTIONS, jobId, delay: delayMs }),
        'The queue does not answer.',
      );
    },
    counts: async () => {
      const counts = await withTimeout(
        queue.getJobCounts('waiting', 'prioritized', 'active', 'delayed'),
        'The queue does not answer.',
      );
      return {
        waiting: (counts.waiting ?? 0) + (counts.prioritized ?? 0),
        active: counts.active ?? 0,
        delayed: counts.delayed ?? 0,
      };
    },
    close,
  };
};

const redisQueue = ({ prefix = DEFAULT_PREFIX, onError }: QueueConfig, redisUrl: string) => {
  const connection = openRedis(redisUrl, 'queue', onError);
  const queue = new Queue<JobData, void, 'execute'>(QUEUE_NAME, { connection, prefix });
  return {
    queue,
    close: async () => {
      await queue.close();
      connection.disconnect();
    },
  };
};

const postgresQueue = (config: QueueConfig) => {
  const queue: PostgresQueue = new Queue(
    QUEUE_NAME,
    { connection: postgresConnection(config, 3) },
    createPostgresBackend,
  );
  return { queue, close: () => queue.close() };
};

/** BullMQ keeps its tables in a schema of its own, and migrates it under a lock. */
const postgresConnection = ({ databaseUrl, prefix = DEFAULT_PREFIX }: QueueConfig, max: number) => ({
  connectionString: databaseUrl,
  schema: `${prefix}_queue`,
  max,
  migrate: true,
  connectionTimeoutMillis: ADD_TIMEOUT_MS,
  keepAlive: true,
  application_name: 'agentweaver-queue',
});

const withTimeout = async <T>(work: Promise<T>, message: string): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(message)), ADD_TIMEOUT_MS);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
};

/** A job that a paused worker was given goes back for this long: the others may be paused for the same reason. */
const PAUSED_RETRY_MS = 500;

/** Thrown by a handler that has done nothing yet, and is to take no more work: somebody else shall have the job. */
export class NotTakenError extends Error {
  override readonly name = 'NotTakenError';
}

/** What `signal` is aborted with. */
export const SHUTDOWN = 'shutdown';

export type ExecutionHandler = (
  executionId: string,
  worker: {
    signal: AbortSignal;
    /** More work may be taken here: the worker neither pauses nor closes. */
    isOpen: () => boolean;
    /** Claims that the execution had when the job was added. */
    attempt: number;
  },
) => Promise<void>;

export type ExecutionWorker = {
  /** Resolves when the worker is connected and takes jobs. */
  ready: () => Promise<void>;
  /** Jobs that are running here. */
  running: () => number;
  /** When a job was last taken or ended here, in ms since the epoch: for liveness checks. */
  lastActivityAt: () => number;
  /** Takes no more jobs until `resume`; those that run go on. */
  pause: () => void;
  resume: () => void;
  /**
   * Takes no more jobs, and waits up to `finishMs` (default 0) for those that run to end. Then it aborts the signals of
   * the rest with `SHUTDOWN`, and waits up to `timeoutMs` for their handlers to give the executions back and return.
   * After that, and 2 s for its connections, it returns anyway; the sweeper of another executor takes over.
   */
  close: (options?: { finishMs?: number; timeoutMs?: number }) => Promise<void>;
};

/**
 * Takes jobs and runs `handler` for each, at most `concurrency` at a time. An error of the handler is
 * reported to `onError` and ends the job: the sweeper finds the execution when it is not finished.
 */
export const createExecutionWorker = (
  config: QueueConfig,
  { concurrency }: { concurrency: number },
  handler: ExecutionHandler,
): ExecutionWorker => {
  const controllers = new Set<AbortController>();
  let lastActivityAt = Date.now();
  let closing = false;
  let paused = false;

  const isOpen = () => !closing && !paused;

  const giveBack = async (job: Job<JobData, void, 'execute'>, token?: string): Promise<never> => {
    await job.moveToDelayed(Date.now() + (closing ? 0 : PAUSED_RETRY_MS), token);
    throw new DelayedError();
  };

  const execute = async (job: Job<JobData, void, 'execute'>, token?: string): Promise<void> => {
    // A worker that pauses or closes may still be waiting for a job, and get one.
    if (!isOpen()) return giveBack(job, token);
    const data = jobDataSchema.safeParse(job.data);
    if (!data.success) {
      config.onError?.(new Error(`A job of the queue has no execution: ${data.error.message}`));
      return;
    }
    const controller = new AbortController();
    controllers.add(controller);
    lastActivityAt = Date.now();
    try {
      await handle(data.data, controller.signal);
    } catch (error) {
      if (error instanceof NotTakenError) return await giveBack(job, token);
      throw error;
    } finally {
      controllers.delete(controller);
      lastActivityAt = Date.now();
    }
  };

  const handle = async (
    { executionId, attempt }: z.output<typeof jobDataSchema>,
    signal: AbortSignal,
  ): Promise<void> => {
    try {
      await handler(executionId, { signal, isOpen, attempt });
    } catch (error) {
      if (error instanceof NotTakenError) throw error;
      config.onError?.(error instanceof Error ? error : new Error(String(error)));
    }
  };

  const { worker, disconnect } = config.redisUrl
    ? redisWorker(config, config.redisUrl, concurrency, execute)
    : postgresWorker(config, concurrency, execute);
  worker.on('error', (error: Error) => config.onError?.(error));

  return {
    ready: async () => {
      await worker.waitUntilReady();
    },
    running: () => controllers.size,
    lastActivityAt: () => lastActivityAt,
    pause: () => {
      paused = true;
      worker.pause(true).catch((error: Error) => config.onError?.(error));
    },
    resume: () => {
      paused = false;
      if (!closing) worker.resume().catch((error: Error) => config.onError?.(error));
    },
    close: async ({ finishMs = 0, timeoutMs = 10_000 } = {}) => {
      if (closing) return;
      closing = true;
      // BullMQ's own close() can only either wait for ever or not at all.
      const paused = worker.pause(true);
      await waitUntil(() => controllers.size === 0, finishMs);
      for (const controller of controllers) controller.abort(SHUTDOWN);
      const idle = await waitUntil(() => controllers.size === 0, timeoutMs);
      const closed = paused.then(() => worker.close(!idle)).catch((error: Error) => config.onError?.(error));
      await Promise.race([closed, sleep(DISCONNECT_TIMEOUT_MS, undefined, { ref: false })]);
      disconnect();
    },
  };
};

const waitUntil = async (condition: () => boolean, timeoutMs: number): Promise<boolean> => {
  const deadline = Date.now() + timeoutMs;
  while (!condition()) {
    if (Date.now() >= deadline) return false;
    await sleep(20);
  }
  return true;
};

type Process = (job: Job<JobData, void, 'execute'>, token?: string) => Promise<void>;

/** A stalled job is handed out again as often as it takes: the claim decides whether there is still work. */
const WORKER_OPTIONS = { maxStalledCount: 100, removeOnComplete: { count: 0 }, removeOnFail: { count: 0 } } as const;

const redisWorker = (
  { prefix = DEFAULT_PREFIX, onError }: QueueConfig,
  redisUrl: string,
  concurrency: number,
  process: Process,
) => {
  const connection = openRedis(redisUrl, 'worker', onError);
  const worker = new Worker<JobData, void, 'execute'>(QUEUE_NAME, process, {
    ...WORKER_OPTIONS,
    connection,
    concurrency,
    prefix,
  });
  return { worker, disconnect: () => connection.disconnect() };
};

const postgresWorker = (config: QueueConfig, concurrency: number, process: Process) => {
  const options = { ...WORKER_OPTIONS, connection: postgresConnection(config, 5), concurrency };
  const worker: PostgresWorker = new Worker(QUEUE_NAME, process, options, createPostgresBackend);
  return { worker, disconnect: () => undefined };
};
