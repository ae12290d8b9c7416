import type { ExecutionErrorData } from '@agentweaver/core/engine/execution-errors';
import { type ClaimedExecution, finishExecution, releaseExecution } from '@agentweaver/db/execution-store';
import { suspendExecution } from '@agentweaver/db/execution-suspension';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import type { LiveChannel } from '@agentweaver/db/live-channel';
import type { HandlerResult } from '@agentweaver/db/queue';
import type { Logger } from 'pino';
import type { Metrics } from '../metrics.ts';
import { RESUME_BY_QUEUE_MS, SANDBOX_LOSSES_MAX } from '../tunables.ts';
import type { Ending } from './drive-sandbox.ts';
import type { StopReason } from './ownership.ts';
import type { StepLedger } from './step-ledger.ts';

type EndOptions = {
  dependencies: { prisma: PrismaClient; live: LiveChannel; metrics: Metrics; logger: Logger };
  claim: ClaimedExecution;
  /** On the clock of `performance.now`. */
  claimedAt: number;
  ledger: StepLedger;
  ending: Ending;
  /** Of a stop from outside. */
  reason: StopReason | undefined;
};

/** Writes how an execution ended, gives it back, or lets it wait. Without the claim it writes nothing. */
export const endExecution = async (options: EndOptions): Promise<HandlerResult> => {
  const { dependencies, claim, ending, reason } = options;
  const { prisma, logger } = dependencies;
  const { attemptId, execution } = claim;
  if (ending.kind === 'stopped' && reason === 'fenced') {
    logger.warn('lost the claim, another executor goes on');
    return undefined;
  }
  const release = reasonToRelease({ ending, reason, losses: execution.losses });
  if (release) {
    const { released, lastSeq } = await releaseExecution(prisma, { id: execution.id, attemptId, reason: release });
    if (lastSeq !== undefined) await wakeReaders(options, lastSeq);
    return released ? { retryInMs: 0 } : undefined;
  }
  if (ending.kind === 'reported' && ending.event.type === 'execution_waiting') return suspend(options);
  return finish(options);
};

/** Hands the job out again for what goes on by itself soon; what takes longer the sweeper finds. */
const suspend = async (options: EndOptions): Promise<HandlerResult> => {
  const { dependencies, claim, ledger } = options;
  const { prisma, logger } = dependencies;
  const { attemptId, execution } = claim;
  const result = await suspendExecution(prisma, { id: execution.id, attemptId, findNode: ledger.findNode });
  if (result.kind === 'lost') {
    logger.warn('lost the claim before it could wait, another executor goes on');
    return undefined;
  }
  await wakeReaders(options, result.lastSeq);
  if (result.kind === 'requeued') return { retryInMs: 0 };
  logger.info({ resumeAt: result.resumeAt }, 'execution waits');
  if (result.resumeAt === null) return undefined;
  const inMs = Math.max(0, result.resumeAt.getTime() - Date.now());
  return inMs <= RESUME_BY_QUEUE_MS ? { retryInMs: inMs } : undefined;
};

const finish = async (options: EndOptions): Promise<HandlerResult> => {
  const { dependencies, claim, claimedAt, ledger, ending, reason } = options;
  const { prisma, metrics, logger } = dependencies;
  const { attemptId, execution } = claim;
  const failed = ending.kind === 'failed' ? ending.failedSteps : undefined;
  const result = await finishExecution(prisma, {
    id: execution.id,
    attemptId,
    outcome: outcomeOf(ending, reason, claim),
    events: ledger.closeRunning({ at: Date.now(), failed }),
    findNode: ledger.findNode,
  });
  if (result.kind === 'lost') {
    logger.warn('lost the claim at the end, another executor goes on');
    return undefined;
  }
  await wakeReaders(options, result.lastSeq);
  const { createdById: userId, workflowId } = execution;
  const activeMs = Math.round(execution.activeMs + performance.now() - claimedAt);
  metrics.executionEnded({ status: result.status, userId, workflowId }, activeMs / 1000);
  logger.info({ status: result.status, ms: activeMs }, 'execution ended');
  return undefined;
};

const wakeReaders = ({ dependencies, claim }: EndOptions, lastSeq: number): Promise<void> =>
  dependencies.live.publish(claim.execution.id, { type: 'events', lastSeq }).catch(() => undefined);

/** What ended neither by the user's doing nor by ours goes on in another sandbox, from its last finished step. */
const reasonToRelease = ({
  ending,
  reason,
  losses,
}: {
  ending: Ending;
  reason: StopReason | undefined;
  losses: number;
}): 'executor_shutdown' | 'sandbox_lost' | undefined => {
  if (ending.kind === 'stopped') return reason === 'worker_shutdown' ? 'executor_shutdown' : undefined;
  const lost = ending.kind === 'failed' && ending.error.code === 'sandbox_crashed';
  return lost && losses + 1 < SANDBOX_LOSSES_MAX ? 'sandbox_lost' : undefined;
};

type Outcome = Parameters<typeof finishExecution>[1]['outcome'];

const outcomeOf = (ending: Ending, reason: StopReason | undefined, { definition }: ClaimedExecution): Outcome => {
  switch (ending.kind) {
    case 'failed':
      return { status: 'failed', error: ending.error };
    case 'stopped':
      return reason === 'execution_timeout'
        ? { status: 'failed', error: executionTimeout(definition.settings.timeoutMs) }
        : { status: 'cancelled' };
    case 'reported': {
      const { event } = ending;
      if (event.type === 'execution_completed') return { status: 'completed', results: event.results };
      return event.type === 'execution_failed' ? { status: 'failed', error: event.error } : { status: 'cancelled' };
    }
  }
};

const executionTimeout = (timeoutMs: number): ExecutionErrorData => ({
  code: 'execution_timeout',
  message: `The execution did not finish within ${timeoutMs / 1_000} s.`,
  hint: 'Raise the time limit in the settings of the workflow, or give it less to do.',
});
