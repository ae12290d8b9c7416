import { setTimeout as delay } from 'node:timers/promises';
import { isDatabaseTrouble } from '@agentweaver/db/database-trouble';
import type { ClaimedExecution } from '@agentweaver/db/execution-claim';
import { isLastLoss } from '@agentweaver/db/execution-state';
import { finishExecution, type ReleaseReason, releaseExecution } from '@agentweaver/db/execution-store';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import type { ExecutionQueue } from '@agentweaver/db/queue';
import { TUNABLES } from '@agentweaver/db/tunables';
import type { Logger } from 'pino';
import type { Metrics } from '../metrics.ts';
import { GIVE_BACK_RETRY_MS } from '../tunables.ts';

type GiveBackOptions = {
  dependencies: { prisma: PrismaClient; queue: Pick<ExecutionQueue, 'add'>; metrics: Metrics; logger: Logger };
  claim: ClaimedExecution;
  /** Why it could not be brought to its end. */
  error: unknown;
  /** Nobody waits for a database that is away while the executor stops. */
  shutdown: AbortSignal;
};

/**
 * Gives back an execution that an error of ours ended here, so that nobody has to wait until its claim is stale. What was
 * written counts: it goes on from the last finished step. A database that was away is nobody's fault; any other
 * error ends the execution when it comes again and again.
 */
export const giveBack = async ({ dependencies, claim, error, shutdown }: GiveBackOptions): Promise<void> => {
  const { prisma, queue, metrics, logger } = dependencies;
  const { attemptId, execution } = claim;
  const { id } = execution;
  const reason: ReleaseReason = isDatabaseTrouble(error) ? 'database_lost' : 'executor_failed';
  const until = performance.now() + TUNABLES.staleAfterMs;
  for (;;) {
    try {
      if (reason === 'executor_failed' && isLastLoss(await readLosses(prisma, claim))) {
        const finished = await finishExecution(prisma, { id, attemptId, outcome: GIVEN_UP });
        if (finished.kind === 'finished') metrics.executionEnded(finished);
        return;
      }
      const { released } = await releaseExecution(prisma, { id, attemptId, reason });
      if (!released) return;
      // Without the queue the sweeper adds it.
      await queue.add({ executionId: id, attempt: execution.attempts }).catch(() => undefined);
      return;
    } catch (problem) {
      if (shutdown.aborted || performance.now() > until) {
        logger.error({ err: problem }, 'an execution could not be given back; it is found by a sweep');
        return;
      }
      await delay(GIVE_BACK_RETRY_MS);
    }
  }
};

/** As stored: a step that this claim has finished starts them anew, unless writing that down is what failed. */
const readLosses = async (prisma: PrismaClient, { execution }: ClaimedExecution): Promise<number> => {
  const row = await prisma.execution.findUnique({ where: { id: execution.id }, select: { losses: true } });
  return row?.losses ?? execution.losses;
};

const GIVEN_UP = {
  status: 'failed',
  error: {
    code: 'internal',
    message: `The executor failed ${TUNABLES.maxLosses} times while it ran this execution.`,
    hint: 'This is not the fault of the workflow. The operator finds the reason in the log of the executor.',
  },
} as const;
