import type { EngineEvent } from '@agentweaver/core/engine/events';
import { executionTimeout } from '@agentweaver/core/engine/execution-timeout';
import type { ClaimedExecution } from '@agentweaver/db/execution-claim';
import { finishExecution, type ReleaseReason, releaseExecution } from '@agentweaver/db/execution-store';
import { suspendExecution } from '@agentweaver/db/execution-suspension';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import type { LiveChannel } from '@agentweaver/db/live-channel';
import type { ExecutionQueue } from '@agentweaver/db/queue';
import type { Logger } from 'pino';
import type { Metrics } from '../metrics.ts';
import { AWAY_RETRY_MS, RESUME_BY_QUEUE_MS, SANDBOX_LOSSES_MAX } from '../tunables.ts';
import type { Admission } from './admission.ts';
import type { Ending } from './drive-sandbox.ts';
import type { StopReason } from './ownership.ts';
import type { StepLedger } from './step-ledger.ts';

type EndOptions = {
  dependencies: {
    prisma: PrismaClient;
    queue: Pick<ExecutionQueue, 'add'>;
    live: LiveChannel;
    admission: Admission;
    metrics: Metrics;
    logger: Logger;
  };
  claim: ClaimedExecution;
  ledger: StepLedger;
  ending: Ending;
  /** Taken from the engine and not yet written. */
  events: readonly EngineEvent[];
  /** Of a stop from outside. */
  reason: StopReason | undefined;
};

/** `moreQueued`: its workspace has further ones, which may have waited for its place. */
export type Ended = { moreQueued: boolean };

const NOTHING_MORE: Ended = { moreQueued: false };

/** Writes how an execution ended, gives it back, or lets it wait. Without the claim it writes nothing. */
export const endExecution = async (options: EndOptions): Promise<Ended> => {
  const { dependencies, claim, ending, reason } = options;
  const { prisma, logger } = dependencies;
  const { attemptId, execution } = claim;
  if (ending.kind === 'stopped' && reason === 'fenced') {
    logger.warn('lost the claim, another executor goes on');
    return NOTHING_MORE;
  }
  const release = await reasonToRelease(options);
  if (release) {
    const { lastSeq } = await releaseExecution(prisma, {
      id: execution.id,
      attemptId,
      reason: release,
      ...written(options),
    });
    if (lastSeq === undefined) return NOTHING_MORE;
    await wakeReaders(options, { lastSeq });
    await queueAgain(options, release === 'sandboxes_away' ? AWAY_RETRY_MS : 0);
    return NOTHING_MORE;
  }
  if (ending.kind === 'reported' && ending.event.type === 'execution_waiting') return suspend(options);
  return finish(options);
};

/** What a last write of the execution takes with it. */
const written = ({ claim, ledger, events }: EndOptions) => ({
  events,
  findNode: ledger.findNode,
  topNodes: claim.topNodes,
});

/** A job for its next claim. Without the queue the sweeper finds it. */
const queueAgain = async ({ dependencies, claim }: EndOptions, delayMs: number): Promise<void> => {
  const { id: executionId, attempts: attempt } = claim.execution;
  await dependencies.queue
    .add({ executionId, attempt, delayMs })
    .catch((error: unknown) =>
      dependencies.logger.warn({ err: error }, 'the queue does not answer, the sweeper adds it'),
    );
};

/** A job at its time for what goes on by itself soon; what takes longer the sweeper finds. */
const suspend = async (options: EndOptions): Promise<Ended> => {
  const { dependencies, claim } = options;
  const { prisma, logger } = dependencies;
  const { attemptId, execution } = claim;
  const result = await suspendExecution(prisma, { id: execution.id, attemptId, ...written(options) });
  if (result.kind === 'lost') {
    logger.warn('lost the claim before it could wait, another executor goes on');
    return NOTHING_MORE;
  }
  await wakeReaders(options, { lastSeq: result.lastSeq });
  if (result.kind === 'requeued') {
    await queueAgain(options, 0);
    return NOTHING_MORE;
  }
  logger.info({ resumeAt: result.resumeAt }, 'execution waits');
  const inMs = result.resumeAt === null ? Number.POSITIVE_INFINITY : result.resumeAt.getTime() - Date.now();
  if (inMs <= RESUME_BY_QUEUE_MS) await queueAgain(options, Math.max(0, inMs));
  // Its place is free.
  return { moreQueued: true };
};

const finish = async (options: EndOptions): Promise<Ended> => {
  const { dependencies, claim, ledger, ending } = options;
  const { prisma, metrics, logger } = dependencies;
  const { attemptId, execution } = claim;
  const failed = ending.kind === 'failed' ? ending.failedSteps : undefined;
  const result = await finishExecution(prisma, {
    id: execution.id,
    attemptId,
    outcome: outcomeOf(options),
    ...written(options),
    events: [...options.events, ...ledger.closeRunning({ at: Date.now(), failed })],
  });
  if (result.kind === 'lost') {
    logger.warn('lost the claim at the end, another executor goes on');
    return NOTHING_MORE;
  }
  await wakeReaders(options, { lastSeq: result.lastSeq, ended: true });
  metrics.executionEnded(result);
  logger.info({ status: result.status, ms: result.executionTimeMs }, 'execution ended');
  return { moreQueued: result.moreQueued };
};

const wakeReaders = ({ dependencies, claim }: EndOptions, news: { lastSeq: number; ended?: boolean }): Promise<void> =>
  dependencies.live.publish(claim.execution.id, { type: 'events', ...news }).catch(() => undefined);

/** What ended neither by the user's doing nor by ours goes on in another sandbox, from its last finished step. */
const reasonToRelease = async ({
  dependencies,
  ending,
  reason,
  claim,
  ledger,
}: EndOptions): Promise<ReleaseReason | undefined> => {
  if (ending.kind === 'stopped' && reason === 'worker_shutdown') return 'executor_shutdown';
  if (ending.kind === 'stopped' && reason === 'database_lost') return 'database_lost';
  if (ending.kind !== 'failed') return undefined;
  const { code } = ending.error;
  if (code !== 'sandbox_crashed' && code !== 'sandbox_start_failed') return undefined;
  const notStarted = code === 'sandbox_start_failed';
  // No execution would have fared better: it waits, however often that happens.
  if ((await dependencies.admission.onTrouble(notStarted ? 'not_started' : 'lost')) === 'away') return 'sandboxes_away';
  const lossesBefore = ledger.hasProgress() ? 0 : claim.execution.losses;
  if (lossesBefore + 1 >= SANDBOX_LOSSES_MAX) return undefined;
  return notStarted ? 'sandbox_not_started' : 'sandbox_lost';
};

type Outcome = Parameters<typeof finishExecution>[1]['outcome'];

const outcomeOf = ({ ending, reason, claim, ledger }: EndOptions): Outcome => {
  switch (ending.kind) {
    case 'failed':
      return { status: 'failed', error: ending.error };
    case 'stopped':
      return reason === 'execution_timeout'
        ? { status: 'failed', error: timeoutOf(claim, ledger) }
        : { status: 'cancelled' };
    case 'reported': {
      const { event } = ending;
      if (event.type === 'execution_completed') return { status: 'completed', results: event.results };
      return event.type === 'execution_failed' ? { status: 'failed', error: event.error } : { status: 'cancelled' };
    }
  }
};

/** Asked for before its running steps are closed. */
const timeoutOf = ({ definition }: ClaimedExecution, ledger: StepLedger) =>
  executionTimeout({
    timeoutMs: definition.settings.timeoutMs,
    running: ledger.running().map((step) => ({ ...step, name: ledger.findNode(step)?.name ?? step.nodeId })),
  });
