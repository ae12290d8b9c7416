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
  /** Several installations on one Redis. */
  prefix?: string;
  /** Told of connection errors; both ends reconnect by themselves. */
  onError?: (error: Error) => void;
};

export type ExecutionJob = {
  executionId: string;
  /** Claims so far. A job of a lost claim may still be there, and must not swallow the next one. */
  attempt?: number;
};

export type QueueCounts = { waiting: number; active: number; delayed: number };

export type ExecutionQueue = {
  /** Adds a job; one that is already waiting for the same attempt is not added twice. Rejects within 5 s. */
  add: (job: ExecutionJob) => Promise<void>;
  counts: () => Promise<QueueCounts>;
  close: () => Promise<void>;
};

const QUEUE_NAME = 'executions';
const ADD_TIMEOUT_MS = 5_000;

/** Ids only: job data lies in the queue as plain text. */
const jobDataSchema = z.object({ executionId: z.uuid() });
type JobData = z.infer<typeof jobDataSchema>;

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
    add: async ({ executionId, attempt = 0 }) => {
      // Not all digits and without a colon, which BullMQ refuses.
      const jobId = `${executionId}-${attempt}`;
      await withTimeout(queue.add('execute', { executionId }, { ...JOB_OPTIONS, jobId }), 'The queue does not answer.');
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

const redisQueue = ({ prefix, onError }: QueueConfig, redisUrl: string) => {
  const connection = openRedis(redisUrl, 'queue', onError);
  const queue = new Queue<JobData, void, 'execute'>(QUEUE_NAME, { connection, prefix: prefix ?? 'agentweaver' });
  return {
    queue,
    close: async () => {
      await queue.close();
      connection.disconnect();
    },
  };
};

const postgresQueue = ({ databaseUrl }: QueueConfig) => {
  const queue: PostgresQueue = new Queue(
    QUEUE_NAME,
    { connection: postgresConnection(databaseUrl, 3) },
    createPostgresBackend,
  );
  return { queue, close: () => queue.close() };
};

/** BullMQ keeps its tables in a schema of its own, `bullmq`, and migrates it under a lock. */
const postgresConnection = (connectionString: string, max: number) => ({
  connectionString,
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

/** Done with the job, or: hand it out again, to any worker, after this wait. */
export type HandlerResult = { retryInMs: number } | undefined;

/** What `signal` is aborted with. */
export const SHUTDOWN = 'shutdown';

export type ExecutionHandler = (executionId: string, signal: AbortSignal) => Promise<HandlerResult>;

export type ExecutionWorker = {
  /** Resolves when the worker is connected and takes jobs. */
  ready: () => Promise<void>;
  /** Jobs that are running here. */
  running: () => number;
  /** When a job was last taken or ended here, in ms since the epoch: for liveness checks. */
  lastActivityAt: () => number;
  /** Takes no more jobs; those that run go on. */
  pause: () => Promise<void>;
  /**
   * Takes no more jobs, aborts every handler's signal with `SHUTDOWN`, and waits up to `timeoutMs` for them to
   * return. Handlers give their executions back with `releaseExecution` and return `{ retryInMs: 0 }`.
   * After the time is up it disconnects anyway; the sweeper of another executor takes over.
   */
  close: (options?: { timeoutMs?: number }) => Promise<void>;
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

  const execute = async (job: Job<JobData, void, 'execute'>, token?: string): Promise<void> => {
    const data = jobDataSchema.safeParse(job.data);
    if (!data.success) {
      config.onError?.(new Error(`A job of the queue has no execution: ${data.error.message}`));
      return;
    }
    const controller = new AbortController();
    if (closing) controller.abort(SHUTDOWN);
    controllers.add(controller);
    lastActivityAt = Date.now();
    let result: HandlerResult;
    try {
      result = await handler(data.data.executionId, controller.signal);
    } catch (error) {
      config.onError?.(error instanceof Error ? error : new Error(String(error)));
      return;
    } finally {
      controllers.delete(controller);
      lastActivityAt = Date.now();
    }
    if (!result) return;
    await job.moveToDelayed(Date.now() + result.retryInMs, token);
    throw new DelayedError();
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
    pause: () => worker.pause(true),
    close: async ({ timeoutMs = 10_000 } = {}) => {
      closing = true;
      const closed = worker.close();
      for (const controller of controllers) controller.abort(SHUTDOWN);
      let timer: NodeJS.Timeout | undefined;
      const timeout = new Promise<'timeout'>((resolve) => {
        timer = setTimeout(() => resolve('timeout'), timeoutMs);
      });
      const first = await Promise.race([closed, timeout]);
      clearTimeout(timer);
      if (first === 'timeout') await worker.close(true);
      disconnect();
    },
  };
};

type Process = (job: Job<JobData, void, 'execute'>, token?: string) => Promise<void>;

/** A stalled job is handed out again as often as it takes: the claim decides whether there is still work. */
const WORKER_OPTIONS = { maxStalledCount: 100, removeOnComplete: { count: 0 }, removeOnFail: { count: 0 } } as const;

const redisWorker = ({ prefix, onError }: QueueConfig, redisUrl: string, concurrency: number, process: Process) => {
  const connection = openRedis(redisUrl, 'worker', onError);
  const worker = new Worker<JobData, void, 'execute'>(QUEUE_NAME, process, {
    ...WORKER_OPTIONS,
    connection,
    concurrency,
    prefix: prefix ?? 'agentweaver',
  });
  return { worker, disconnect: () => connection.disconnect() };
};

const postgresWorker = ({ databaseUrl }: QueueConfig, concurrency: number, process: Process) => {
  const options = { ...WORKER_OPTIONS, connection: postgresConnection(databaseUrl, 5), concurrency };
  const worker: PostgresWorker = new Worker(QUEUE_NAME, process, options, createPostgresBackend);
  return { worker, disconnect: () => undefined };
};
