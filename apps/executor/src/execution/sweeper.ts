import { disownExecutions, findOwners } from '@agentweaver/db/execution-owners';
import { sweepStale } from '@agentweaver/db/execution-sweeper';
import { listExecutors, sweepExecutors } from '@agentweaver/db/executor-store';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import type { LiveChannel } from '@agentweaver/db/live-channel';
import { sweepModelCache } from '@agentweaver/db/model-cache-store';
import type { ExecutionQueue } from '@agentweaver/db/queue';
import { TUNABLES } from '@agentweaver/db/tunables';
import { sweepWorkspaceDays } from '@agentweaver/db/workspace-days';
import type { Logger } from 'pino';
import type { ExecutorIdentity } from '../executor-identity.ts';
import type { Metrics } from '../metrics.ts';
import type { Presence } from '../presence.ts';
import type { SandboxProvider } from '../sandbox/sandbox.ts';
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
  presence: Presence;
  sandboxes: SandboxProvider;
  metrics: Metrics;
  logger: Logger;
};

/** After the database was away for everybody, claims are only stale when their owners have had the time to renew them. */
const SETTLED_AFTER_MS = 2 * TUNABLES.heartbeatMs;

/**
 * Repairs what a crash left behind, once before this returns and then again and again: claims of executors known to be
 * dead, executions without an owner or without a job, sandboxes without an executor; and what is kept only for a time.
 */
export const startSweeper = async (options: SweeperOptions): Promise<Sweeper> => {
  const { logger } = options;
  let running: Promise<void> | undefined;
  let tidiedAt = Number.NEGATIVE_INFINITY;

  /** One part that is away does not keep the others from being repaired. */
  const attempt = async (what: string, work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      logger.error({ err: error, what }, 'a sweep failed, the next one tries again');
    }
  };
  const run = async (): Promise<void> => {
    await attempt('executions', () => sweep(options));
    if (performance.now() - tidiedAt < REAP_INTERVAL_MS) return;
    tidiedAt = performance.now();
    await attempt('sandboxes', () => reap(options));
    await attempt('executors', () => forgetExecutors(options));
    await attempt('model cache', () => sweepModelCache(options.prisma));
    await attempt('days', () => sweepWorkspaceDays(options.prisma));
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

const sweep = async ({ prisma, queue, live, identity, presence, metrics, logger }: SweeperOptions): Promise<void> => {
  const dead = (await findOwners(prisma)).filter(identity.isKnownDead);
  if (dead.length > 0) {
    const count = await disownExecutions(prisma, dead);
    logger.warn({ executors: dead, executions: count }, 'an executor of this machine has died');
  }
  if (presence.hadGap() && presence.steadyMs() < SETTLED_AFTER_MS) return;
  const { requeued, ended } = await sweepStale({ prisma, queue });
  if (requeued.length > 0) logger.info({ executionIds: requeued }, 'queued again');
  for (const one of ended) {
    metrics.executionEnded(one);
    await live.publish(one.id, { type: 'events', lastSeq: one.lastSeq, ended: true }).catch(() => undefined);
  }
};

const reap = async ({ sandboxes, presence, logger }: SweeperOptions): Promise<void> => {
  const removed = await sandboxes.reap(presence.findDead);
  if (removed > 0) logger.info({ removed }, 'stray sandboxes are gone');
};

const forgetExecutors = async ({ prisma, identity }: SweeperOptions): Promise<void> => {
  const knownDead = (await listExecutors(prisma)).flatMap(({ id }) => (identity.isKnownDead(id) ? id : []));
  await sweepExecutors(prisma, knownDead);
};
