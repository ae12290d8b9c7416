import type { EngineEvent } from '@agentweaver/core/engine/events';
import { ExecutionError, type ExecutionErrorData } from '@agentweaver/core/engine/execution-errors';
import { recordEvents } from '@agentweaver/db/execution-recorder';
import { type ClaimedExecution, claimExecution } from '@agentweaver/db/execution-store';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import { beginHostCall, settleHostCall } from '@agentweaver/db/host-call-store';
import type { LiveChannel } from '@agentweaver/db/live-channel';
import type { HandlerResult } from '@agentweaver/db/queue';
import type { Logger } from 'pino';
import type { CreateServices, MeteredServices } from '../host/execution-services.ts';
import { createHostCallMemo, type HostCallStore, type MemoKey } from '../host/host-call-memo.ts';
import type { Metrics } from '../metrics.ts';
import type { Sandbox, SandboxProvider } from '../sandbox/sandbox.ts';
import { acquireSandbox } from './acquire-sandbox.ts';
import { driveSandbox, type Ending } from './drive-sandbox.ts';
import { endExecution } from './end-execution.ts';
import { createEventBatcher, type EventBatcher } from './event-batcher.ts';
import { type StopReason, startOwnership } from './ownership.ts';
import { createStepLedger, type StepLedger } from './step-ledger.ts';

export type ExecutorDependencies = {
  prisma: PrismaClient;
  live: LiveChannel;
  sandboxes: SandboxProvider;
  /** What the host does for one execution. */
  createServices: CreateServices;
  executorId: string;
  metrics: Metrics;
  logger: Logger;
};

/**
 * Takes one execution from the queue through its whole life: claim, sandbox, engine, end. Whatever happens, it ends in
 * one terminal state, goes back to the queue, or, when the database is away, is found by the sweeper.
 */
export const runExecution = async (
  dependencies: ExecutorDependencies,
  executionId: string,
  shutdown: AbortSignal,
): Promise<HandlerResult> => {
  const { prisma, executorId, sandboxes, live, metrics } = dependencies;
  const logger = dependencies.logger.child({ executionId });
  const claim = await claimExecution(prisma, { id: executionId, executorId, sandbox: sandboxes.kind });
  if (claim.kind === 'busy') return { retryInMs: claim.retryInMs };
  if (claim.kind === 'ended') {
    await live.publish(executionId, { type: 'events', lastSeq: claim.lastSeq });
    return undefined;
  }
  // A second delivery of the job, or an execution that ended meanwhile.
  if (claim.kind !== 'claimed') return undefined;

  const { queuedAt, startedAt, attempts } = claim.execution;
  if (attempts === 1) metrics.queueWait.observe((startedAt.getTime() - queuedAt.getTime()) / 1000);
  metrics.activeExecutions.inc();
  try {
    return await runClaimed({ ...dependencies, logger }, claim, shutdown);
  } finally {
    metrics.activeExecutions.dec();
  }
};

const runClaimed = async (
  dependencies: ExecutorDependencies,
  claim: ClaimedExecution,
  shutdown: AbortSignal,
): Promise<HandlerResult> => {
  const { logger } = dependencies;
  const claimedAt = performance.now();
  const ownership = await startOwnership({ ...dependencies, claim, shutdown });
  const ledger = createStepLedger(claim);
  const batcher = createRecorder(dependencies, claim, ledger, ownership.stop);
  try {
    const ending = await runEngine({ dependencies, claim, claimedAt, ledger, batcher, signal: ownership.signal });
    await batcher.flush();
    return await endExecution({ dependencies, claim, claimedAt, ledger, ending, reason: ownership.reason() });
  } catch (error) {
    // Not finished, and no heartbeat any more: the sweeper queues it again, and it goes on from its last finished step.
    logger.error({ err: error }, 'an execution could not be brought to its end here');
    return undefined;
  } finally {
    await ownership.release();
  }
};

/** Writes batches of events and wakes whoever watches. Losing the claim, or the database, stops the execution here. */
const createRecorder = (
  { prisma, live, logger }: ExecutorDependencies,
  { execution, attemptId }: ClaimedExecution,
  { findNode }: StepLedger,
  stop: (reason: StopReason) => void,
): EventBatcher =>
  createEventBatcher({
    write: async (events) => {
      const result = await recordEvents(prisma, { executionId: execution.id, attemptId, events, findNode });
      if (result.kind === 'lost') stop('fenced');
      else await live.publish(execution.id, { type: 'events', lastSeq: result.lastSeq }).catch(() => undefined);
    },
    onFailure: (error) => {
      logger.error({ err: error }, 'events could not be written');
      stop('fenced');
    },
  });

type EngineOptions = {
  dependencies: ExecutorDependencies;
  claim: ClaimedExecution;
  /** On the clock of `performance.now`. */
  claimedAt: number;
  ledger: StepLedger;
  batcher: EventBatcher;
  signal: AbortSignal;
};

const runEngine = async (options: EngineOptions): Promise<Ending> => {
  const { dependencies, claim, claimedAt, ledger, batcher, signal } = options;
  const { logger, metrics, sandboxes } = dependencies;
  const { execution, definition, finishedSteps, interruptedAttempts } = claim;
  const startedAt = performance.now();
  let sandbox: Sandbox;
  try {
    sandbox = await acquireSandbox({ provider: sandboxes, claim, signal, logger });
  } catch (error) {
    if (signal.aborted) return { kind: 'stopped' };
    return { kind: 'failed', error: startFailure(error, logger), failedSteps: new Map() };
  }
  const gauge = metrics.sandboxes.labels(sandbox.kind, 'busy');
  gauge.inc();
  try {
    const services = await dependencies.createServices(claim, logger);
    const ending = await driveSandbox({
      sandbox,
      start: {
        type: 'start',
        executionId: execution.id,
        definition,
        input: execution.input,
        ...(execution.onlyNodeId === null ? {} : { only: [execution.onlyNodeId] }),
        attempts: interruptedAttempts,
        elapsedMs: execution.activeMs + (performance.now() - claimedAt),
      },
      finishedSteps,
      ledger,
      services,
      memo: createHostCallMemo(storeOf(dependencies.prisma, claim)),
      record: (event) => batcher.add(withMeteredCost(event, services)),
      signal,
      onReady: () => metrics.sandboxStart.observe({ kind: sandbox.kind }, (performance.now() - startedAt) / 1000),
      logger,
    });
    return ending;
  } finally {
    await sandbox.kill();
    gauge.dec();
  }
};

const storeOf = (prisma: PrismaClient, { execution, attemptId }: ClaimedExecution): HostCallStore => {
  const keyOf = (key: MemoKey) => ({ executionId: execution.id, ...key });
  return {
    begin: (key, call) => beginHostCall(prisma, { key: keyOf(key), attemptId, ...call }),
    settle: (key, answer) => settleHostCall(prisma, { key: keyOf(key), answer }),
  };
};

/** Money is what the host metered, whatever the sandbox says. */
const withMeteredCost = (event: EngineEvent, services: MeteredServices): EngineEvent => {
  if (event.type !== 'step_completed') return event;
  const { model: _model, usage: _usage, costUsd: _costUsd, cached: _cached, ...rest } = event;
  return { ...rest, ...services.metered(event) };
};

const startFailure = (error: unknown, logger: Logger): ExecutionErrorData => {
  logger.error({ err: error }, 'no sandbox could be started');
  if (error instanceof ExecutionError) return error.data;
  return {
    code: 'sandbox_start_failed',
    message: 'The sandbox for this execution could not be started.',
    hint: 'Run it again.',
  };
};
