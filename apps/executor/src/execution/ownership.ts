import { type ClaimedExecution, heartbeat } from '@agentweaver/db/execution-store';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import type { LiveChannel } from '@agentweaver/db/live-channel';
import { TUNABLES } from '@agentweaver/db/tunables';
import type { Logger } from 'pino';

/** Why a running execution was stopped from outside. */
export type StopReason = 'cancelled' | 'fenced' | 'worker_shutdown' | 'execution_timeout';

export type Ownership = {
  /** Aborted when the execution must stop here. */
  signal: AbortSignal;
  reason(): StopReason | undefined;
  stop(reason: StopReason): void;
  /** Ends the heartbeat. */
  release(): Promise<void>;
};

/**
 * Keeps the claim alive, and watches for everything that stops an execution from outside: cancel (told at once by
 * the live channel, and for certain by the next heartbeat), loss of the claim, shutdown, the time limit. The first
 * reason counts.
 */
export const startOwnership = async ({
  prisma,
  live,
  claim,
  shutdown,
  logger,
}: {
  prisma: PrismaClient;
  live: LiveChannel;
  claim: ClaimedExecution;
  shutdown: AbortSignal;
  logger: Logger;
}): Promise<Ownership> => {
  const { execution, attemptId, definition } = claim;
  const controller = new AbortController();
  let reason: StopReason | undefined;
  let lastBeat = performance.now();
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
      lastBeat = performance.now();
      if (!answer.owned) stop('fenced');
      else if (answer.cancelRequested) stop('cancelled');
    } catch (error) {
      logger.warn({ err: error }, 'a heartbeat failed');
      // By now another executor may have taken over.
      if (performance.now() - lastBeat > TUNABLES.staleAfterMs) stop('fenced');
    }
  };

  const onShutdown = () => stop('worker_shutdown');
  if (shutdown.aborted) onShutdown();
  shutdown.addEventListener('abort', onShutdown, { once: true });
  const timeLeft = Math.max(0, definition.settings.timeoutMs - execution.activeMs);
  const deadline = setTimeout(() => stop('execution_timeout'), timeLeft);
  const interval = setInterval(() => void beat(), TUNABLES.heartbeatMs);

  let unsubscribe: (() => Promise<void>) | undefined;
  try {
    // The message only wakes: what counts is the row.
    unsubscribe = await live.subscribe(execution.id, (message) => {
      if (message.type === 'cancel') void beat();
    });
  } catch (error) {
    logger.warn({ err: error }, 'no live channel; cancel takes up to one heartbeat');
  }
  // A cancel that came between the claim and the subscription.
  await beat();

  return {
    signal: controller.signal,
    reason: () => reason,
    stop,
    release: async () => {
      released = true;
      clearInterval(interval);
      clearTimeout(deadline);
      shutdown.removeEventListener('abort', onShutdown);
      await unsubscribe?.().catch(() => undefined);
    },
  };
};
