import type { EngineEvent } from '@agentweaver/core/engine/events';
import { ExecutionError, type ExecutionErrorData } from '@agentweaver/core/engine/execution-errors';
import type { ClaimedExecution } from '@agentweaver/db/execution-claim';
import { recordEvents } from '@agentweaver/db/execution-recorder';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import { beginHostCall, findHostCall, settleHostCall } from '@agentweaver/db/host-call-store';
import type { LiveChannel } from '@agentweaver/db/live-channel';
import { patiently } from '@agentweaver/db/patiently';
import type { ExecutionQueue } from '@agentweaver/db/queue';
import type { Logger } from 'pino';
import type { CreateServices, MeteredServices } from '../host/execution-services.ts';
import { createHostCallMemo, type HostCallStore, type MemoKey } from '../host/host-call-memo.ts';
import type { Metrics } from '../metrics.ts';
import type { SandboxLease, SandboxProvider } from '../sandbox/sandbox.ts';
import { type ExecutionTrace, traceExecution } from '../tracing/execution-trace.ts';
import { CALL_DRAIN_MS } from '../tunables.ts';
import { acquireSandbox } from './acquire-sandbox.ts';
import type { Admission } from './admission.ts';
import type { CancelWatch } from './cancel-watch.ts';
import { driveSandbox, type Ending } from './drive-sandbox.ts';
import { type Ended, endExecution } from './end-execution.ts';
import { createEventBatcher, type EventBatcher } from './event-batcher.ts';
import { giveBack } from './give-back.ts';
import { type Ownership, type StopReason, startOwnership } from './ownership.ts';
import { createStepLedger, type StepLedger } from './step-ledger.ts';

export type ExecutorDependencies = {
  prisma: PrismaClient;
  queue: Pick<ExecutionQueue, 'add'>;
  live: LiveChannel;
  cancels: CancelWatch;
  sandboxes: SandboxProvider;
  admission: Admission;
  /** What the host does for one execution. */
  createServices: CreateServices;
  executorId: string;
  metrics: Metrics;
  logger: Logger;
};

export type RunOptions = {
  /** Aborted when the executor stops: the execution is then given back. */
  shutdown: AbortSignal;
  /** Told when it waits for something: a sandbox that has to be started, an answer of the host. */
  onWait: () => void;
};

/**
 * Takes one claimed execution through the rest of its life: sandbox, engine, end. Whatever happens, it ends in one terminal
 * state, goes back to the queue, or, when the database is away, is found by the sweeper.
 */
export const runExecution = async (
  dependencies: ExecutorDependencies,
  claim: ClaimedExecution,
  options: RunOptions,
): Promise<Ended> => {
  const { metrics } = dependencies;
  const { id, queuedAt, startedAt, attempts } = claim.execution;
  const logger = dependencies.logger.child({ executionId: id });
  if (attempts === 1) metrics.queueWait.observe((startedAt.getTime() - queuedAt.getTime()) / 1000);
  metrics.activeExecutions.inc();
  try {
    return await runClaimed({ ...dependencies, logger }, claim, options);
  } finally {
    metrics.activeExecutions.dec();
  }
};

const runClaimed = async (
  dependencies: ExecutorDependencies,
  claim: ClaimedExecution,
  { shutdown, onWait }: RunOptions,
): Promise<Ended> => {
  const { logger } = dependencies;
  const claimedAt = performance.now();
  const ownership = startOwnership({ ...dependencies, claim, shutdown });
  const ledger = createStepLedger(claim);
  const batcher = createRecorder(dependencies, claim, ledger, ownership.stop);
  const trace = traceExecution({ claim, findNode: ledger.findNode });
  const work = async (): Promise<Ended> => {
    const ending = await runEngine({ dependencies, claim, claimedAt, ledger, batcher, ownership, trace, onWait });
    trace.ended(ending, ownership.reason());
    const events = await batcher.takeLast();
    return await endExecution({ dependencies, claim, ledger, ending, events, reason: ownership.reason() });
  };
  try {
    return await trace.run(work);
  } catch (error) {
    logger.error({ err: error }, 'an execution could not be brought to its end here');
    await giveBack({ dependencies, claim, error, shutdown });
    return { moreQueued: false };
  } finally {
    ownership.release();
  }
};

/** Writes batches of events and wakes whoever watches. Losing the claim, or the database, stops the execution here. */
const createRecorder = (
  { prisma, live, logger }: ExecutorDependencies,
  { execution, attemptId, topNodes }: ClaimedExecution,
  { findNode }: StepLedger,
  stop: (reason: StopReason) => void,
): EventBatcher =>
  createEventBatcher({
    write: async (events) => {
      const result = await recordEvents(prisma, { executionId: execution.id, attemptId, events, findNode, topNodes });
      if (result.kind === 'lost') stop('fenced');
      else await live.publish(execution.id, { type: 'events', lastSeq: result.lastSeq }).catch(() => undefined);
    },
    onFailure: (error) => {
      logger.error({ err: error }, 'events could not be written');
      stop('database_lost');
    },
  });

/** Stops after which the execution goes on elsewhere, or later. */
const GOES_ON: ReadonlySet<StopReason | undefined> = new Set(['worker_shutdown', 'database_lost']);

type EngineOptions = {
  dependencies: ExecutorDependencies;
  claim: ClaimedExecution;
  /** On the clock of `performance.now`. */
  claimedAt: number;
  ledger: StepLedger;
  batcher: EventBatcher;
  ownership: Ownership;
  trace: ExecutionTrace;
  onWait: () => void;
};

const runEngine = async (options: EngineOptions): Promise<Ending> => {
  const { dependencies, claim, claimedAt, ledger, batcher, ownership, trace, onWait } = options;
  const { signal } = ownership;
  const { logger, sandboxes } = dependencies;
  const { execution, definition, finishedSteps, interruptedAttempts } = claim;
  let lease: SandboxLease;
  try {
    lease = await trace.acquire(() => acquireSandbox({ provider: sandboxes, claim, signal, onWait, logger }));
  } catch (error) {
    if (signal.aborted) return { kind: 'stopped' };
    return { kind: 'failed', error: startFailure(error, logger), failedSteps: new Map() };
  }
  try {
    const services = dependencies.createServices(claim, logger);
    const ending = await driveSandbox({
      lease,
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
      memo: trace.memo(
        createHostCallMemo(storeOf(dependencies.prisma, claim), { isFirstClaim: execution.attempts === 1 }),
      ),
      turns: services.turns,
      onCall: onWait,
      record: (event) => {
        const metered = withMeteredCost(event, services);
        trace.event(metered);
        return batcher.add(metered);
      },
      signal,
      onDatabaseTrouble: (error) => {
        logger.warn({ err: error }, 'the database was away during a host call');
        ownership.stop('database_lost');
      },
      // Somebody goes on with it, and finds what is answered by then.
      drainMs: () => (GOES_ON.has(ownership.reason()) ? CALL_DRAIN_MS : 0),
      logger,
    });
    return ending;
  } finally {
    lease.release();
  }
};

const storeOf = (prisma: PrismaClient, { execution, attemptId }: ClaimedExecution): HostCallStore => {
  const keyOf = (key: MemoKey) => ({ executionId: execution.id, ...key });
  return {
    find: (key) => findHostCall(prisma, keyOf(key)),
    begin: (key, call) => beginHostCall(prisma, { key: keyOf(key), attemptId, ...call }),
    // It is done: a database that is away for a moment must not lose what it gave.
    settle: (key, answer) => patiently(() => settleHostCall(prisma, { key: keyOf(key), answer })),
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
