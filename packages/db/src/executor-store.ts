import type { PrismaClient } from './generated/client.ts';
import { TUNABLES } from './tunables.ts';

export type ExecutorRow = {
  /** See the executor's `createExecutorIdentity`. */
  id: string;
  sandbox: 'docker' | 'process' | 'kubernetes';
  /** Executions that it runs at the same time at most. */
  concurrency: number;
};

/**
 * Writes down that an executor is alive, and how many executions it runs. Call it before the executor starts its first
 * sandbox and every `TUNABLES.heartbeatMs` from then on. Times are the database's. A row that others have swept, of an
 * executor that stood still for long, is made again.
 */
export const beatExecutor = async (
  prisma: PrismaClient,
  { id, sandbox, concurrency, running }: ExecutorRow & { running: number },
): Promise<void> => {
  await prisma.$executeRaw`
    INSERT INTO executors (id, sandbox, concurrency, running, started_at, heartbeat_at)
    VALUES (${id}, ${sandbox}, ${concurrency}, ${running}, clock_timestamp(), clock_timestamp())
    ON CONFLICT (id) DO UPDATE SET running = excluded.running, heartbeat_at = excluded.heartbeat_at`;
};

/** On a stop: nobody has to wait until its row is old. */
export const removeExecutor = async (prisma: PrismaClient, id: string): Promise<void> => {
  await prisma.executor.deleteMany({ where: { id } });
};

export type KnownExecutor = ExecutorRow & {
  running: number;
  /** It has beaten lately; a dead one stays in the table for a while. */
  alive: boolean;
};

export const listExecutors = async (prisma: PrismaClient): Promise<KnownExecutor[]> =>
  prisma.$queryRaw<KnownExecutor[]>`
    SELECT id, sandbox, concurrency, running,
      heartbeat_at > clock_timestamp() - make_interval(secs => ${TUNABLES.executorGoneAfterMs / 1_000}) AS alive
    FROM executors ORDER BY started_at, id`;

/** Forgets executors that have been silent for long, and those of `knownDead`. Returns how many. */
export const sweepExecutors = async (prisma: PrismaClient, knownDead: readonly string[] = []): Promise<number> =>
  prisma.$executeRaw`
    DELETE FROM executors
    WHERE id = ANY(${knownDead}::text[])
      OR heartbeat_at < clock_timestamp() - make_interval(secs => ${TUNABLES.executorForgottenAfterMs / 1_000})`;
