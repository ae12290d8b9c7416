import type { ExecutionErrorData } from '@agentweaver/core/engine/execution-errors';
import { type ClaimedExecution, finishExecution, releaseExecution } from '@agentweaver/db/execution-store';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import type { LiveChannel } from '@agentweaver/db/live-channel';
import type { HandlerResult } from '@agentweaver/db/queue';
import type { Logger } from 'pino';
import type { Metrics } from '../metrics.ts';
import { SANDBOX_LOSSES_MAX } from '../tunables.ts';
import type { Ending } from './drive-sandbox.ts';
import type { StopReason } from './ownership.ts';
import type { StepLedger } from './step-ledger.ts';

type EndOptions = {
  dependencies: { prisma: PrismaClient; live: LiveChannel; metrics: Metrics; logger: Logger };
  claim: ClaimedExecution;
  ledger: StepLedger;
  ending: Ending;
  /** Of a stop from outside. */
  reason: StopReason | undefined;
};

/** Writes how an execution ended, or gives it back. Without the claim it writes nothing. */
export const endExecution = async ({
  dependencies,
  claim,
  ledger,
  ending,
  reason,
}: EndOptions): Promise<HandlerResult> => {
  const { prisma, live, logger, metrics } = dependencies;
  const { attemptId, execution } = claim;
  const id = execution.id;
  if (ending.kind === 'stopped' && reason === 'fenced') {
    logger.warn('lost the claim, another executor goes on');
    return undefined;
  }
  const release = reasonToRelease({ ending, reason, claims: execution.attempts });
  if (release) {
    const { released, lastSeq } = await releaseExecution(prisma, { id, attemptId, reason: release });
    if (lastSeq !== undefined) await live.publish(id, { type: 'events', lastSeq }).catch(() => undefined);
    return released ? { retryInMs: 0 } : undefined;
  }
  const at = Date.now();
  const failed = ending.kind === 'failed' ? ending.failedSteps : undefined;
  const events = ledger.closeRunning({ at, failed });
  const result = await finishExecution(prisma, { id, attemptId, outcome: outcomeOf(ending, reason, claim), events });
  if (result.kind === 'lost') {
    logger.warn('lost the claim at the end, another executor goes on');
    return undefined;
  }
  await live.publish(id, { type: 'events', lastSeq: result.lastSeq }).catch(() => undefined);
  const { createdById: userId, workflowId, startedAt } = execution;
  metrics.executionEnded({ status: result.status, userId, workflowId }, (at - startedAt.getTime()) / 1000);
  logger.info({ status: result.status, ms: at - startedAt.getTime() }, 'execution ended');
  return undefined;
};

/** What ended neither by the user's doing nor by ours goes on in another sandbox, from its last finished step. */
const reasonToRelease = ({
  ending,
  reason,
  claims,
}: {
  ending: Ending;
  reason: StopReason | undefined;
  claims: number;
}): 'executor_shutdown' | 'sandbox_lost' | undefined => {
  if (ending.kind === 'stopped') return reason === 'worker_shutdown' ? 'executor_shutdown' : undefined;
  const lost = ending.kind === 'failed' && ending.error.code === 'sandbox_crashed';
  return lost && claims < SANDBOX_LOSSES_MAX ? 'sandbox_lost' : undefined;
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
