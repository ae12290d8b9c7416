import { randomUUID } from 'node:crypto';
import { type WorkflowDefinition, workflowDefinitionSchema } from '@agentweaver/core/definition/workflow-definition';
import type { EngineEvent, FinishedStep } from '@agentweaver/core/engine/events';
import type { ExecutionErrorData } from '@agentweaver/core/engine/execution-errors';
import { AppError } from '@agentweaver/core/errors/app-error';
import type { PrismaTransaction } from './client.ts';
import { queuedAgain, stopClock } from './execution-clock.ts';
import { type EndedExecution, endExecution } from './execution-end.ts';
import { appendEvents, type Outcome, storedEvents, toLogEvent } from './execution-events.ts';
import { isDue, isLastLoss, isOwnerLost, isTerminal } from './execution-state.ts';
import { applyToSteps, type FindStepNode } from './execution-steps.ts';
import type { Execution, PrismaClient, Workspace } from './generated/client.ts';
import type { ExecutionStatus } from './generated/enums.ts';
import { resumeSteps } from './resume-steps.ts';
import { addTopSteps } from './step-rows.ts';
import { TUNABLES } from './tunables.ts';

export type ClaimedExecution = {
  kind: 'claimed';
  /** The fence: every write of this claim carries it. */
  attemptId: string;
  execution: Pick<
    Execution,
    | 'id'
    | 'workspaceId'
    | 'workflowId'
    | 'versionId'
    | 'input'
    | 'trigger'
    | 'createdById'
    | 'attempts'
    | 'losses'
    | 'queuedAt'
    | 'onlyNodeId'
    /** Before this claim. Its time limit counts these and what it runs from now on. */
    | 'activeMs'
  > & {
    /** When it was claimed first. */
    startedAt: Date;
  };
  definition: WorkflowDefinition;
  /** What need not run again. */
  finishedSteps: FinishedStep[];
  /** The attempt that a step was in when it was interrupted or began to wait, by `stepKey`. */
  interruptedAttempts: Record<string, number>;
  /** The plan of the execution's workspace. */
  workspace: Pick<Workspace, 'id' | 'maxMemoryMb' | 'maxConcurrency' | 'allowedHosts'> & {
    maxCostPerDayUsd: number | null;
  };
  lastSeq: number;
};

export type ClaimResult =
  | ClaimedExecution
  /** The workspace runs as many as its plan allows: try again later. */
  | { kind: 'busy'; retryInMs: number }
  /** Nothing to do: another executor owns it, it has ended, or it was deleted. */
  | { kind: 'taken' }
  | { kind: 'finished'; status: ExecutionStatus }
  | { kind: 'gone' }
  /** Ended by this call: cancelled while nobody ran it, or lost too often. */
  | { kind: 'ended'; status: 'cancelled' | 'failed'; lastSeq: number };

export const WORKER_LOST: { status: 'failed'; error: ExecutionErrorData } = {
  status: 'failed',
  error: {
    code: 'worker_lost',
    message: `The executor went away ${TUNABLES.maxLosses} times while running this execution.`,
    hint: 'A step may use more memory than the executor has. Look at the last started step, then run again.',
  },
};

/**
 * Takes the execution for one executor: a queued one, or a running one whose owner stopped renewing its claim.
 * Of any number of callers, exactly one gets `claimed`. Times are the database's, so that
 * executors with different clocks agree; `now` overrides it in tests.
 */
export const claimExecution = async (
  prisma: PrismaClient,
  { id, executorId, sandbox, now: givenNow }: { id: string; executorId: string; sandbox?: string; now?: Date },
): Promise<ClaimResult> => {
  const found = await prisma.execution.findUnique({ where: { id }, select: { workspaceId: true } });
  if (!found) return { kind: 'gone' };
  return prisma.$transaction(async (tx): Promise<ClaimResult> => {
    // Claims of one workspace go one by one, or two could both see room for one more.
    await tx.$queryRaw`SELECT 1 FROM workspaces WHERE id = ${found.workspaceId}::uuid FOR NO KEY UPDATE`;
    const [locked] = await tx.$queryRaw<{ now: Date }[]>`
      SELECT clock_timestamp() AS now FROM executions WHERE id = ${id}::uuid FOR UPDATE`;
    if (!locked) return { kind: 'gone' };
    const now = givenNow ?? locked.now;
    const row = await tx.execution.findUniqueOrThrow({ where: { id }, include: { version: true, workspace: true } });
    const { workspace } = row;

    if (isTerminal(row.status)) return { kind: 'finished', status: row.status };
    if (row.status === 'waiting' && !isDue(row, now)) return { kind: 'taken' };
    const isLost = row.status === 'running';
    if (isLost && !isOwnerLost(row.heartbeatAt, now)) return { kind: 'taken' };
    if (row.cancelRequestedAt) return endUnowned(tx, row, { status: 'cancelled' }, now);
    if (isLost && isLastLoss(row.losses)) return endUnowned(tx, row, WORKER_LOST, now);
    const running = await tx.execution.count({
      where: { workspaceId: row.workspaceId, status: 'running', id: { not: id } },
    });
    if (running >= workspace.maxConcurrency) return { kind: 'busy', retryInMs: TUNABLES.busyRetryMs };

    const attemptId = randomUUID();
    const attempts = row.attempts + 1;
    const losses = row.losses + (isLost ? 1 : 0);
    if (isLost) await stopClock(tx, id, row.heartbeatAt ?? now);
    const lastSeq = await appendEvents(tx, {
      executionId: id,
      where: { status: row.status, attemptId: row.attemptId },
      data: {
        status: 'running',
        attemptId,
        attempts,
        losses,
        executorId,
        sandbox,
        heartbeatAt: now,
        startedAt: row.startedAt ?? now,
        activeSince: now,
        resumeAt: null,
      },
      events: [
        {
          type: 'execution_claimed',
          level: 'info',
          message: attempts === 1 ? 'Taken by an executor.' : `Taken by an executor, claim ${attempts}.`,
          data: { executorId, attempts, sandbox },
          at: now,
        },
      ],
    });
    if (lastSeq === undefined) return { kind: 'taken' };
    const definition = workflowDefinitionSchema.parse(row.version.definition);
    await addTopSteps(tx, id, definition);
    const steps = await resumeSteps(tx, id);
    const { activeMs } = await tx.execution.findUniqueOrThrow({ where: { id }, select: { activeMs: true } });
    return {
      kind: 'claimed',
      attemptId,
      execution: {
        id,
        workspaceId: row.workspaceId,
        workflowId: row.workflowId,
        versionId: row.versionId,
        input: row.input,
        trigger: row.trigger,
        createdById: row.createdById,
        attempts,
        losses,
        queuedAt: row.queuedAt,
        onlyNodeId: row.onlyNodeId,
        activeMs,
        startedAt: row.startedAt ?? now,
      },
      definition,
      finishedSteps: steps.finished,
      interruptedAttempts: steps.attempts,
      workspace: {
        id: workspace.id,
        maxMemoryMb: workspace.maxMemoryMb,
        maxConcurrency: workspace.maxConcurrency,
        allowedHosts: workspace.allowedHosts,
        maxCostPerDayUsd: workspace.maxCostPerDayUsd?.toNumber() ?? null,
      },
      lastSeq,
    };
  });
};

/** Ends an execution that nobody owns; the caller holds its row lock. */
const endUnowned = async (
  tx: PrismaTransaction,
  { id, status, attemptId }: Pick<Execution, 'id' | 'status' | 'attemptId'>,
  outcome: Outcome,
  now: Date,
): Promise<ClaimResult> => {
  const ended = await endExecution(tx, { executionId: id, where: { status, attemptId }, outcome, now });
  if (!ended || ended.status === 'completed') return { kind: 'taken' };
  return { kind: 'ended', status: ended.status, lastSeq: ended.lastSeq };
};

export type Heartbeat = { owned: false } | { owned: true; cancelRequested: boolean };

/** Renews the claim and brings back whether cancel was requested. `owned: false`: stop writing and working. */
export const heartbeat = async (
  prisma: PrismaClient,
  { id, attemptId, now }: { id: string; attemptId: string; now?: Date },
): Promise<Heartbeat> => {
  const [row] = await prisma.$queryRaw<{ cancel_requested_at: Date | null }[]>`
    UPDATE executions SET heartbeat_at = COALESCE(${now ?? null}::timestamptz, clock_timestamp())
    WHERE id = ${id}::uuid AND attempt_id = ${attemptId}::uuid AND status = 'running'
    RETURNING cancel_requested_at`;
  return row ? { owned: true, cancelRequested: row.cancel_requested_at !== null } : { owned: false };
};

export type CancelResult = { status: ExecutionStatus; lastSeq: number };

/**
 * Cancels at once what nobody runs; otherwise leaves the request for the owner, which sees it with its next
 * heartbeat or, sooner, when the caller publishes `{ type: 'cancel' }`. Of an ended execution it changes nothing.
 * Throws `not_found`.
 */
export const requestCancel = (
  prisma: PrismaClient,
  { id, workspaceId, now = new Date() }: { id: string; workspaceId: string; now?: Date },
): Promise<CancelResult> =>
  prisma.$transaction(async (tx) => {
    await tx.$queryRaw`
      SELECT 1 FROM executions WHERE id = ${id}::uuid AND workspace_id = ${workspaceId}::uuid FOR UPDATE`;
    const row = await tx.execution.findFirst({
      where: { id, workspaceId },
      select: { status: true, lastSeq: true, cancelRequestedAt: true },
    });
    if (!row) throw executionNotFound();
    const { status, lastSeq } = row;
    if (isTerminal(status)) return { status, lastSeq };
    const requested = {
      type: 'execution_cancel_requested',
      level: 'info' as const,
      message: 'Cancel was requested.',
      at: now,
    };
    if (status !== 'running') {
      const ended = await endExecution(tx, {
        executionId: id,
        where: { status },
        outcome: { status: 'cancelled' },
        events: [requested],
        now,
      });
      return ended ?? { status, lastSeq };
    }
    if (row.cancelRequestedAt) return { status, lastSeq };
    const appended = await appendEvents(tx, {
      executionId: id,
      where: { status },
      data: { cancelRequestedAt: now },
      events: [requested],
    });
    return { status, lastSeq: appended ?? lastSeq };
  });

export const executionNotFound = () =>
  new AppError('not_found', { publicMessage: 'There is no such execution in this workspace.' });

export type FinishResult = ({ kind: 'finished' } & EndedExecution) | { kind: 'lost' };

/**
 * Ends an owned execution: the last events, its state, totals, unfinished steps, usage and the terminal event in one
 * transaction. `lost` means that somebody else owns it; nothing was written.
 */
export const finishExecution = (
  prisma: PrismaClient,
  {
    id,
    attemptId,
    outcome,
    events = [],
    findNode,
    now = new Date(),
  }: {
    id: string;
    attemptId: string;
    outcome: Outcome;
    /** Not yet recorded ones. */
    events?: readonly EngineEvent[];
    findNode?: FindStepNode;
    now?: Date;
  },
): Promise<FinishResult> =>
  prisma.$transaction(async (tx): Promise<FinishResult> => {
    const owned = { attemptId, status: 'running' } as const;
    const stored = storedEvents(events);
    // Locks the row, so that the steps are written by the owner only.
    const lastSeq = await appendEvents(tx, { executionId: id, where: owned, events: stored.map(toLogEvent) });
    if (lastSeq === undefined) return { kind: 'lost' };
    await applyToSteps(tx, id, stored, findNode);
    const ended = await endExecution(tx, { executionId: id, where: owned, outcome, now });
    return ended ? { kind: 'finished', ...ended } : { kind: 'lost' };
  });

const RELEASES = {
  /** Nobody's fault. */
  executor_shutdown: { message: 'Its executor shut down.', isLoss: false },
  /** Counts, so that what kills every sandbox ends some day. */
  sandbox_lost: { message: 'Its sandbox was lost.', isLoss: true },
} as const;

/**
 * Gives an owned execution back: queued again, nothing failed. The caller puts it on the queue again.
 * `released: false` means that it was no longer owned.
 */
export const releaseExecution = async (
  prisma: PrismaClient,
  {
    id,
    attemptId,
    reason,
    now = new Date(),
  }: { id: string; attemptId: string; reason: keyof typeof RELEASES; now?: Date },
): Promise<{ released: boolean; lastSeq?: number }> =>
  prisma.$transaction(async (tx) => {
    const { message, isLoss } = RELEASES[reason];
    const lastSeq = await appendEvents(tx, {
      executionId: id,
      where: { attemptId, status: 'running' },
      data: {
        ...queuedAgain(),
        losses: { increment: isLoss ? 1 : 0 },
      },
      events: [
        {
          type: 'execution_requeued',
          level: 'info',
          message: `${message} Queued again, to go on from the last finished step.`,
          at: now,
        },
      ],
    });
    if (lastSeq === undefined) return { released: false };
    await stopClock(tx, id, now);
    return { released: true, lastSeq };
  });
