import type { EngineEvent } from '@agentweaver/core/engine/events';
import { AppError } from '@agentweaver/core/errors/app-error';
import { FINISH_BATCH, type StepCatalog, toBatch } from './execution-batch.ts';
import { queuedAgain, stopClock } from './execution-clock.ts';
import { type EndedExecution, endExecution } from './execution-end.ts';
import { appendEvents, type Outcome, outcomeEvent } from './execution-events.ts';
import { recordBatch } from './execution-recorder.ts';
import { isTerminal } from './execution-state.ts';
import type { PrismaClient } from './generated/client.ts';
import type { ExecutionStatus } from './generated/enums.ts';
import { jsonText } from './json.ts';
import { inTransaction, onPool } from './statement.ts';

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

export type CancelResult = {
  status: ExecutionStatus;
  lastSeq: number;
  /** Of what this very call has ended. */
  ended?: EndedExecution;
};

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
      select: { status: true, lastSeq: true, cancelRequestedAt: true, queuedAt: true },
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
      // Put off, and taken back: lists and figures go by this time, and nothing ended is of the future.
      if (row.queuedAt > now) await tx.execution.update({ where: { id }, data: { queuedAt: now } });
      const ended = await endExecution(tx, {
        executionId: id,
        where: { status },
        outcome: { status: 'cancelled' },
        events: [requested],
        now,
      });
      return ended ? { status: ended.status, lastSeq: ended.lastSeq, ended } : { status, lastSeq };
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

export type FinishResult =
  /** `moreQueued`: its workspace has further ones, which may have waited for its place. */
  ({ kind: 'finished'; moreQueued: boolean } & EndedExecution) | { kind: 'lost' };

type Finish = {
  id: string;
  attemptId: string;
  outcome: Outcome;
  /** Not yet recorded ones. */
  events?: readonly EngineEvent[];
  now?: Date;
} & StepCatalog;

/**
 * Ends an owned execution: the last events, its state, totals, unfinished steps, usage and the terminal event in one
 * transaction. `lost` means that somebody else owns it; nothing was written.
 */
export const finishExecution = async (prisma: PrismaClient, finish: Finish): Promise<FinishResult> =>
  (await finishAtOnce(prisma, finish)) ?? finishAndSettle(prisma, finish);

/** Most executions leave nothing behind to be settled. `undefined` for those that do, and for lost ones. */
const finishAtOnce = async (
  prisma: PrismaClient,
  { id, attemptId, outcome, events = [], now = new Date(), ...catalog }: Finish,
): Promise<FinishResult | undefined> => {
  const batch = toBatch(events, catalog, [outcomeEvent(outcome, now)]);
  if (!batch.allEnded) return undefined;
  const [row] = await onPool(prisma)<Omit<EndedExecution, 'status'> & { moreQueued: boolean }>(FINISH_BATCH, [
    id,
    attemptId,
    batch.events,
    batch.steps,
    batch.count,
    outcome.status,
    outcome.status === 'completed' ? jsonText(outcome.results) : null,
    outcome.status === 'failed' ? jsonText(outcome.error) : null,
    now,
  ]);
  return row && { kind: 'finished', status: outcome.status, ...row };
};

const finishAndSettle = (
  prisma: PrismaClient,
  { id, attemptId, outcome, events = [], now = new Date(), ...catalog }: Finish,
): Promise<FinishResult> =>
  prisma.$transaction(async (tx): Promise<FinishResult> => {
    // Locks the row, so that the steps are written by the owner only.
    const lastSeq = await recordBatch(inTransaction(tx), { executionId: id, attemptId, events, ...catalog });
    if (lastSeq === undefined) return { kind: 'lost' };
    const ended = await endExecution(tx, { executionId: id, where: { attemptId, status: 'running' }, outcome, now });
    if (!ended) return { kind: 'lost' };
    const { workspaceId } = await tx.execution.findUniqueOrThrow({ where: { id }, select: { workspaceId: true } });
    const next = await tx.execution.findFirst({ where: { workspaceId, status: 'queued' }, select: { id: true } });
    return { kind: 'finished', moreQueued: next !== null, ...ended };
  });

const RELEASES = {
  /** Nobody's fault. */
  executor_shutdown: { message: 'Its executor shut down.', isLoss: false },
  sandboxes_away: { message: 'No sandbox can be started at the moment.', isLoss: false },
  database_lost: { message: 'The database was away while it ran.', isLoss: false },
  /** These count, so that what kills every sandbox, or every claim, ends some day. */
  sandbox_lost: { message: 'Its sandbox was lost.', isLoss: true },
  sandbox_not_started: { message: 'Its sandbox did not start.', isLoss: true },
  executor_failed: { message: 'Its executor could not bring it to an end.', isLoss: true },
} as const;

export type ReleaseReason = keyof typeof RELEASES;

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
    events = [],
    now = new Date(),
    ...catalog
  }: {
    id: string;
    attemptId: string;
    reason: ReleaseReason;
    /** Not yet recorded ones. */
    events?: readonly EngineEvent[];
    now?: Date;
  } & StepCatalog,
): Promise<{ released: boolean; lastSeq?: number }> =>
  prisma.$transaction(async (tx) => {
    const { message, isLoss } = RELEASES[reason];
    const locked = await recordBatch(inTransaction(tx), { executionId: id, attemptId, events, ...catalog });
    if (locked === undefined) return { released: false };
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
