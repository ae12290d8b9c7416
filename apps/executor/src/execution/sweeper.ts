import { disownExecutions, findCurrentClaims, findOwners } from '@agentweaver/db/execution-owners';
import { sweepStale } from '@agentweaver/db/execution-sweeper';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import type { LiveChannel } from '@agentweaver/db/live-channel';
import { sweepModelCache } from '@agentweaver/db/model-cache-store';
import type { ExecutionQueue } from '@agentweaver/db/queue';
import type Docker from 'dockerode';
import type { Logger } from 'pino';
import type { ExecutorIdentity } from '../executor-identity.ts';
import { reapStrays } from '../sandbox/reaper.ts';
import { REAP_INTERVAL_MS, SWEEP_INTERVAL_MS } from '../tunables.ts';

export type Sweeper = {
  /** Stops; resolves when a sweep that runs has ended. */
  close(): Promise<void>;
};

type SweeperOptions = {
  prisma: PrismaClient;
  queue: ExecutionQueue;
  live: LiveChannel;
  identity: ExecutorIdentity;
  /** Where containers are reaped; absent with process sandboxes, which die with their executor. */
  docker?: Docker;
  installationId: string;
  logger: Logger;
};

/**
 * Repairs what a crash left behind, once before this returns and then again and again: claims of executors known to be
 * dead, executions without an owner or without a job, containers without an execution, answers too old to be given again.
 */
export const startSweeper = async (options: SweeperOptions): Promise<Sweeper> => {
  const { logger } = options;
  let running: Promise<void> | undefined;
  let reapedAt = Number.NEGATIVE_INFINITY;

  const run = async (): Promise<void> => {
    try {
      await sweep(options);
      if (performance.now() - reapedAt < REAP_INTERVAL_MS) return;
      reapedAt = performance.now();
      await reap(options);
      await sweepModelCache(options.prisma);
    } catch (error) {
      logger.error({ err: error }, 'a sweep failed, the next one tries again');
    }
  };
  const start = (): void => {
    running ??= run().finally(() => {
      running = undefined;
    });
  };

  start();
  await running;
  const timer = setInterval(start, SWEEP_INTERVAL_MS);
  return {
    close: async () => {
      clearInterval(timer);
      await running;
    },
  };
};

const sweep = async ({ prisma, queue, live, identity, logger }: SweeperOptions): Promise<void> => {
  const dead = (await findOwners(prisma)).filter(identity.isKnownDead);
  if (dead.length > 0) {
    const count = await disownExecutions(prisma, dead);
    logger.warn({ executors: dead, executions: count }, 'an executor of this machine has died');
  }
  const { requeued, ended } = await sweepStale({ prisma, queue });
  if (requeued.length > 0) logger.info({ executionIds: requeued }, 'queued again');
  for (const { id, lastSeq } of ended) await live.publish(id, { type: 'events', lastSeq });
};

const reap = async ({ docker, prisma, installationId, logger }: SweeperOptions): Promise<void> => {
  if (!docker) return;
  await reapStrays({ docker, installationId, currentAttempts: (ids) => findCurrentClaims(prisma, ids), logger });
};
