import type { ClaimedExecution } from '@agentweaver/db/execution-claim';
import { heartbeat } from '@agentweaver/db/execution-store';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import { TUNABLES } from '@agentweaver/db/tunables';
import type { Logger } from 'pino';
import type { CancelWatch } from './cancel-watch.ts';

/** Why a running execution was stopped from outside. */
export type StopReason = 'cancelled' | 'fenced' | 'worker_shutdown' | 'execution_timeout' | 'database_lost';

export type Ownership = {
  /** Aborted when the execution must stop here. */
  signal: AbortSignal;
  reason(): StopReason | undefined;
  stop(reason: StopReason): void;
  /** Ends the heartbeat. */
  release(): void;
};

/**
 * Keeps the claim alive, and watches for everything that stops an execution from outside: cancel (told at once by
 * the live channel, and for certain by the next heartbeat), loss of the claim, shutdown, the time limit. The first
 * reason counts.
 */
export const startOwnership = ({
  prisma,
  cancels,
  claim,
  shutdown,
  logger,
}: {
  prisma: PrismaClient;
  cancels: CancelWatch;
  claim: ClaimedExecution;
  shutdown: AbortSignal;
  logger: Logger;
}): Ownership => {
  const { execution, attemptId, definition } = claim;
  const controller = new AbortController();
  let reason: StopReason | undefined;
  let released = false;

  const stop = (why: StopReason): void => {
    if (reason || released) return;
    reason = why;
    logger.info({ reason }, 'stopping');
    controller.abort(new Error(why));
  };

  const beat = async (): Promise<void> => {
    try {
      const answer = await heartbeat(prisma, { id: execution.id, attemptId });
      if (!answer.owned) stop('fenced');
      else if (answer.cancelRequested) stop('cancelled');
    } catch (error) {
      // Nobody takes over while the database is away; what has to be written fails by itself and stops the execution.
      logger.warn({ err: error }, 'a heartbeat failed');
    }
  };

  const onShutdown = () => stop('worker_shutdown');
  if (shutdown.aborted) onShutdown();
  shutdown.addEventListener('abort', onShutdown, { once: true });
  const timeLeft = Math.max(0, definition.settings.timeoutMs - execution.activeMs);
  const deadline = setTimeout(() => stop('execution_timeout'), timeLeft);
  const interval = setInterval(() => void beat(), TUNABLES.heartbeatMs);

  // The message only wakes: what counts is the row.
  const unwatch = cancels.watch(execution.id, () => void beat());

  return {
    signal: controller.signal,
    reason: () => reason,
    stop,
    release: () => {
      released = true;
      clearInterval(interval);
      clearTimeout(deadline);
      shutdown.removeEventListener('abort', onShutdown);
      unwatch();
    },
  };
};
