import { ExecutionError } from '@agentweaver/core/engine/execution-errors';
import { AppError } from '@agentweaver/core/errors/app-error';
import type { PrismaTransaction } from './client.ts';
import { queuedAgain } from './execution-clock.ts';
import { appendEvents } from './execution-events.ts';
import { executionNotFound } from './execution-store.ts';
import type { PrismaClient } from './generated/client.ts';
import type { ExecutionStatus, WaitKind } from './generated/enums.ts';
import { jsonColumn } from './json.ts';
import { TUNABLES } from './tunables.ts';

/** Which call of an execution waits. The same again when the execution is resumed. */
export type WaitKey = {
  executionId: string;
  nodeId: string;
  /** See `iterationSchema`. */
  iteration: string;
  /** From 1. */
  attempt: number;
  /** The step's host calls within the attempt, from 0. */
  callIndex: number;
  kind: WaitKind;
};

export type WaitState =
  | { status: 'open'; id: string; until: Date | null }
  /** `response` is what the caller of `answerWait` checked; parse it. */
  | { status: 'answered'; id: string; response: unknown; answeredById: string | null; answeredBy: string; at: Date }
  /** Its time has come: the deadline has passed, the timer is over. */
  | { status: 'expired'; id: string; at: Date }
  /** Somebody else owns the execution: do nothing. */
  | { status: 'lost' };

/**
 * What came of a wait, or a new one when this call has none yet. `forMs` counts from the first time that it is asked.
 * A host service throws `Suspended` while it is `open`: the execution is resumed when it is answered or its time comes.
 * Rejects with the `ExecutionError` `step_limit` when the execution has too many.
 */
export const openWait = (
  prisma: PrismaClient,
  {
    key,
    attemptId,
    request,
    forMs,
  }: {
    key: WaitKey;
    /** The claim's. */
    attemptId: string;
    /** Shown to whoever answers. */
    request: unknown;
    /** How long until it goes on by itself; absent: never. */
    forMs?: number | undefined;
  },
): Promise<WaitState> =>
  prisma.$transaction(async (tx): Promise<WaitState> => {
    const now = await lockOwned(tx, key.executionId, attemptId);
    if (!now) return { status: 'lost' };
    const where = { executionId_nodeId_iteration_attempt_callIndex_kind: key };
    if (!(await tx.wait.findUnique({ where, select: { id: true } }))) await requireRoom(tx, key.executionId);
    await tx.wait.createMany({
      data: {
        ...key,
        request: jsonColumn(request),
        until: forMs === undefined ? null : new Date(now.getTime() + forMs),
        createdAt: now,
      },
      skipDuplicates: true,
    });
    const wait = await tx.wait.findUniqueOrThrow({ where });
    if (wait.closedAt === null && wait.until !== null && wait.until <= now) {
      await tx.wait.update({ where, data: { closedAt: now } });
      return { status: 'expired', id: wait.id, at: wait.until };
    }
    if (wait.closedAt === null) return { status: 'open', id: wait.id, until: wait.until };
    if (wait.answeredBy === null) return { status: 'expired', id: wait.id, at: wait.until ?? wait.closedAt };
    const { id, response, answeredById, answeredBy, closedAt } = wait;
    return { status: 'answered', id, response, answeredById, answeredBy, at: closedAt };
  });

const requireRoom = async (tx: PrismaTransaction, executionId: string): Promise<void> => {
  const { maxWaits } = TUNABLES;
  if ((await tx.wait.count({ where: { executionId } })) < maxWaits) return;
  throw new ExecutionError({
    code: 'step_limit',
    message: `This execution has waited for ${maxWaits} answers and times, which is the most.`,
    hint: 'Ask once for many items, or split the work over several executions.',
  });
};

/** The database's time while the caller holds the execution's lock; `undefined` without the claim. */
const lockOwned = async (tx: PrismaTransaction, executionId: string, attemptId: string): Promise<Date | undefined> => {
  const [row] = await tx.$queryRaw<{ now: Date }[]>`
    SELECT clock_timestamp() AS now FROM executions
    WHERE id = ${executionId}::uuid AND attempt_id = ${attemptId}::uuid AND status = 'running' FOR UPDATE`;
  return row?.now;
};

export type WaitAnswer = {
  id: string;
  workspaceId: string;
  response: unknown;
  /** A member who may do so: the caller has checked. */
  user: { id: string; name: string };
};

export type AnsweredWait = {
  executionId: string;
  lastSeq: number;
  status: ExecutionStatus;
  /** To be put on the queue now: the execution had nothing else to do. */
  requeue: { executionId: string; attempt: number } | undefined;
};

/**
 * Closes an open wait with its answer and queues the execution when it was waiting, in one transaction. The caller has
 * checked the role and that the response is one that the request allows; it puts `requeue` on the queue and publishes
 * `{ type: 'events', lastSeq }`. Throws `not_found`, also for one of another workspace, and `conflict` for one that is
 * closed already.
 */
export const answerWait = async (
  prisma: PrismaClient,
  { id, workspaceId, response, user }: WaitAnswer,
): Promise<AnsweredWait> => {
  const found = await prisma.wait.findFirst({
    where: { id, execution: { workspaceId } },
    select: { executionId: true },
  });
  if (!found) throw waitNotFound();
  const { executionId } = found;
  return prisma.$transaction(async (tx) => {
    // The execution first: every writer locks it before anything that belongs to it.
    const [execution] = await tx.$queryRaw<{ status: ExecutionStatus; attempts: number; now: Date }[]>`
      SELECT status, attempts, clock_timestamp() AS now FROM executions WHERE id = ${executionId}::uuid FOR UPDATE`;
    if (!execution) throw executionNotFound();
    const { status, attempts, now } = execution;
    const [wait] = await tx.wait.updateManyAndReturn({
      where: { id, kind: { not: 'timer' }, closedAt: null, OR: [{ until: null }, { until: { gt: now } }] },
      data: { response: jsonColumn(response), answeredById: user.id, answeredBy: user.name, closedAt: now },
      select: { nodeId: true, iteration: true, kind: true },
    });
    if (!wait) throw waitClosed();
    const wakes = status === 'waiting';
    const lastSeq = await appendEvents(tx, {
      executionId,
      where: { status },
      data: wakes ? queuedAgain() : {},
      events: [
        {
          type: 'wait_answered',
          nodeId: wait.nodeId,
          iteration: wait.iteration,
          level: 'info',
          message: `Answered by ${user.name}.`,
          data: { waitId: id, kind: wait.kind, by: user.name },
          at: now,
        },
      ],
    });
    if (lastSeq === undefined) throw waitClosed();
    return {
      executionId,
      lastSeq,
      status: wakes ? 'queued' : status,
      requeue: wakes ? { executionId, attempt: attempts } : undefined,
    };
  });
};

const waitNotFound = (): AppError =>
  new AppError('not_found', {
    publicMessage: 'There is no such question in this workspace; it may have been deleted.',
  });

const waitClosed = (): AppError =>
  new AppError('conflict', { publicMessage: 'This question is closed: it was answered, expired, or given up.' });
