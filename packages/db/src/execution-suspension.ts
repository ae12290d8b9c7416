import type { EngineEvent } from '@agentweaver/core/engine/events';
import type { PrismaTransaction } from './client.ts';
import type { StepCatalog } from './execution-batch.ts';
import { queuedAgain, stopClock } from './execution-clock.ts';
import { appendEvents, WAITS_FOR } from './execution-events.ts';
import { recordBatch } from './execution-recorder.ts';
import type { PrismaClient } from './generated/client.ts';
import type { WaitKind } from './generated/enums.ts';
import { inTransaction } from './statement.ts';

export type SuspendResult =
  /** Waiting, until it is answered or `resumeAt` comes. */
  | { kind: 'suspended'; lastSeq: number; resumeAt: Date | null }
  /** What it waits for has come meanwhile, or a cancel: put it on the queue with this attempt. */
  | { kind: 'requeued'; lastSeq: number; attempt: number }
  /** Somebody else owns it; nothing was written. */
  | { kind: 'lost' };

/** All of them are rows of their own; the log names the first. */
const MAX_TOLD_WAITS = 100;

type OpenWait = { nodeId: string; iteration: string; kind: WaitKind; until: Date | null };

/**
 * Lets an owned execution wait that has nothing left to do: the last events, its state and what it waits for in one
 * transaction. An answer that came while other steps were still running finds nobody to wake; it is seen here.
 */
export const suspendExecution = (
  prisma: PrismaClient,
  {
    id,
    attemptId,
    events = [],
    ...catalog
  }: {
    id: string;
    attemptId: string;
    /** Not yet recorded ones. */
    events?: readonly EngineEvent[];
  } & StepCatalog,
): Promise<SuspendResult> =>
  prisma.$transaction(async (tx): Promise<SuspendResult> => {
    const owned = { attemptId, status: 'running' } as const;
    // Locks the row: from here on no wait of it is opened or answered by others.
    const locked = await recordBatch(inTransaction(tx), { executionId: id, attemptId, events, ...catalog });
    if (locked === undefined) return { kind: 'lost' };
    const { now, attempts, cancelled } = await readLocked(tx, id);
    const open: OpenWait[] = await tx.wait.findMany({
      where: { executionId: id, closedAt: null },
      orderBy: { createdAt: 'asc' },
      select: { nodeId: true, iteration: true, kind: true, until: true },
    });
    const resumeAt = earliest(open.flatMap(({ until }) => until ?? []));
    // A cancel that its owner has not obeyed yet: whoever takes it from the queue ends it, and nobody takes what waits.
    const goesOn = cancelled || (await wasClosedMeanwhile(tx, id)) || (resumeAt !== null && resumeAt <= now);
    // It would never be woken. The sweeper tries again, and not for ever.
    if (!goesOn && open.length === 0) throw new Error('An execution waits for nothing.');
    const lastSeq = await appendEvents(tx, {
      executionId: id,
      where: owned,
      data: goesOn
        ? queuedAgain()
        : { status: 'waiting', attemptId: null, executorId: null, heartbeatAt: null, resumeAt },
      events: [
        goesOn
          ? {
              type: 'execution_requeued',
              level: 'info',
              message: cancelled
                ? 'Cancel was requested. Queued, to be ended.'
                : 'What it waited for has come. Queued again.',
              at: now,
            }
          : {
              type: 'execution_waiting',
              level: 'info',
              message: describe(open),
              data: {
                waits: open
                  .slice(0, MAX_TOLD_WAITS)
                  .map(({ until, ...wait }) => ({ ...wait, ...(until ? { until: until.getTime() } : {}) })),
              },
              at: now,
            },
      ],
    });
    if (lastSeq === undefined) return { kind: 'lost' };
    await stopClock(tx, id, now);
    return goesOn ? { kind: 'requeued', lastSeq, attempt: attempts } : { kind: 'suspended', lastSeq, resumeAt };
  });

/**
 * Whether a wait of a step that still waits was closed since the claim. One that was closed before has been seen by the
 * step; so has one that expired under this claim, and then the execution is claimed once for nothing.
 */
const wasClosedMeanwhile = async (tx: PrismaTransaction, executionId: string): Promise<boolean> => {
  const rows = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM waits
    JOIN executions ON executions.id = waits.execution_id
    JOIN execution_steps AS step USING (execution_id, node_id, iteration)
    WHERE waits.execution_id = ${executionId}::uuid AND step.status = 'waiting'
      AND waits.closed_at >= executions.active_since
    LIMIT 1`;
  return rows.length > 0;
};

type Locked = { now: Date; attempts: number; cancelled: boolean };

const readLocked = async (tx: PrismaTransaction, id: string): Promise<Locked> => {
  const [row] = await tx.$queryRaw<Locked[]>`
    SELECT clock_timestamp() AS now, attempts, cancel_requested_at IS NOT NULL AS cancelled
    FROM executions WHERE id = ${id}::uuid`;
  if (!row) throw new Error('An execution that is locked has gone.');
  return row;
};

const earliest = (times: readonly Date[]): Date | null =>
  times.length === 0 ? null : new Date(Math.min(...times.map((time) => time.getTime())));

const describe = ([first, ...others]: readonly OpenWait[]): string =>
  first && others.length === 0 ? WAITS_FOR[first.kind] : `Waits for ${others.length + 1} things.`;
