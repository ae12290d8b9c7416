import { messageOf } from '@agentweaver/core/errors/to-execution-error';
import { beatExecutor, type ExecutorRow, listExecutors, removeExecutor } from '@agentweaver/db/executor-store';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import { TUNABLES } from '@agentweaver/db/tunables';
import type { Logger } from 'pino';
import type { ExecutorIdentity } from './executor-identity.ts';
import type { FindDead } from './sandbox/sandbox.ts';

export type Presence = {
  /**
   * How long this executor has been beating without a gap, in ms. After a gap, the database may have been away for
   * everybody: others that live look dead until they have had the time for a beat.
   */
  steadyMs(): number;
  /** Whether there was a gap since the start. */
  hadGap(): boolean;
  /** What the last beat failed with; `undefined` when it did not. */
  failure(): string | undefined;
  findDead: FindDead;
  /** Stops beating and takes the row away. */
  close(): Promise<void>;
};

/** Keeps this executor's row fresh. Resolves after the first beat; rejects when that fails. */
export const startPresence = async ({
  prisma,
  row,
  running,
  identity,
  logger,
  now = () => performance.now(),
}: {
  prisma: PrismaClient;
  row: ExecutorRow;
  /** Executions that run here now. */
  running: () => number;
  identity: ExecutorIdentity;
  logger: Logger;
  now?: () => number;
}): Promise<Presence> => {
  await beatExecutor(prisma, { ...row, running: running() });
  let steadySince = now();
  let lastBeat = now();
  let gap = false;
  let failure: string | undefined;
  let beating: Promise<void> | undefined;

  const beat = async (): Promise<void> => {
    try {
      await beatExecutor(prisma, { ...row, running: running() });
      if (now() - lastBeat > 2 * TUNABLES.heartbeatMs) {
        gap = true;
        steadySince = now();
      }
      lastBeat = now();
      failure = undefined;
    } catch (error) {
      failure = messageOf(error);
      logger.warn({ err: error }, 'this executor could not say that it is alive');
    }
  };
  const timer = setInterval(() => {
    beating ??= beat().finally(() => {
      beating = undefined;
    });
  }, TUNABLES.heartbeatMs);

  const steadyMs = (): number => (now() - lastBeat > 2 * TUNABLES.heartbeatMs ? 0 : now() - steadySince);

  return {
    steadyMs,
    hadGap: () => gap || steadyMs() === 0,
    failure: () => failure,
    findDead: async (executorIds) => {
      const knownDead = executorIds.filter(identity.isKnownDead);
      if (steadyMs() < TUNABLES.executorGoneAfterMs) return new Set(knownDead);
      const executors = await listExecutors(prisma);
      const alive = new Set(executors.flatMap(({ id, alive }) => (alive ? id : [])));
      return new Set([...knownDead, ...executorIds.filter((id) => !alive.has(id) && id !== row.id)]);
    },
    close: async () => {
      clearInterval(timer);
      await beating;
      await removeExecutor(prisma, row.id);
    },
  };
};
