import { WORKER_LOST } from './execution-claim.ts';
import { queuedAgain, stopClock } from './execution-clock.ts';
import { type EndedExecution, endExecution } from './execution-end.ts';
import { appendEvents, type Outcome } from './execution-events.ts';
import { classifyStale } from './execution-state.ts';
import type { PrismaClient } from './generated/client.ts';
import type { ExecutionQueue } from './queue.ts';
import { TUNABLES } from './tunables.ts';

export type SweepResult = {
  /** Put on the queue again: their job was lost, or their executor. */
  requeued: string[];
  /** Ended by the sweep, with their new `lastSeq`: publish it to wake live readers. */
  ended: ({ id: string } & EndedExecution)[];
};

/**
 * Repairs what a crash left: queued executions without a job, running ones without an owner, and requested cancels that
 * nobody is there to obey. Queues what has waited until its time. Safe to run in every executor at once. Throws when the queue does not answer; what was
 * not put back then, the next sweep finds again.
 */
export const sweepStale = async (
  { prisma, queue }: { prisma: PrismaClient; queue: Pick<ExecutionQueue, 'add' | 'counts'> },
  { now: givenNow }: { now?: Date } = {},
): Promise<SweepResult> => {
  const now = givenNow ?? (await databaseNow(prisma));
  const result: SweepResult = { requeued: [], ended: [] };
  const requeue = async (id: string, attempt: number): Promise<void> => {
    await queue.add({ executionId: id, attempt });
    result.requeued.push(id);
  };
  for (const id of [...(await findUnowned(prisma, now)), ...(await findDue(prisma, now))]) {
    const repaired = await repair(prisma, id, now);
    if (repaired?.kind === 'ended') result.ended.push({ id, ...repaired.ended });
    if (repaired?.kind === 'requeue') await requeue(id, repaired.attempt);
  }
  const notPickedUp = (await findNotPickedUp(prisma, now)).filter(({ id }) => !result.requeued.includes(id));
  // Each job leads to whichever execution is next: where so many wait, none of these has to wait for want of one.
  if (notPickedUp.length === 0 || (await queue.counts()).waiting >= TUNABLES.sweepBatch) return result;
  for (const { id, attempts } of notPickedUp) await requeue(id, attempts);
  return result;
};

/** Running without an owner, or to be cancelled with nobody there to do it. */
const findUnowned = async (prisma: PrismaClient, now: Date): Promise<string[]> => {
  const rows = await prisma.execution.findMany({
    where: {
      OR: [
        { status: 'queued', cancelRequestedAt: { not: null } },
        { status: 'running', heartbeatAt: null },
        { status: 'running', heartbeatAt: { lt: new Date(now.getTime() - TUNABLES.staleAfterMs) } },
      ],
    },
    orderBy: { queuedAt: 'asc' },
    take: TUNABLES.sweepBatch,
    select: { id: true },
  });
  return rows.map(({ id }) => id);
};

const findDue = async (prisma: PrismaClient, now: Date): Promise<string[]> => {
  const rows = await prisma.execution.findMany({
    where: { status: 'waiting', resumeAt: { lte: now } },
    orderBy: { resumeAt: 'asc' },
    take: TUNABLES.sweepBatch,
    select: { id: true },
  });
  return rows.map(({ id }) => id);
};

/** Apart from the others, so that a long queue does not keep them from being found. Nothing is written: the claim decides. */
const findNotPickedUp = async (prisma: PrismaClient, now: Date): Promise<{ id: string; attempts: number }[]> => {
  const rows = await prisma.execution.findMany({
    where: { status: 'queued', queuedAt: { lt: new Date(now.getTime() - TUNABLES.requeueAfterMs) } },
    orderBy: { queuedAt: 'asc' },
    take: TUNABLES.sweepBatch,
  });
  return rows.filter((row) => classifyStale(row, now) === 'not_picked_up');
};

type Repair = { kind: 'requeue'; attempt: number } | { kind: 'ended'; ended: EndedExecution };

const repair = (prisma: PrismaClient, id: string, now: Date): Promise<Repair | undefined> =>
  prisma.$transaction(async (tx): Promise<Repair | undefined> => {
    // Somebody who works on the row right now repairs it better than we do.
    const [locked] = await tx.$queryRaw<unknown[]>`
      SELECT 1 FROM executions WHERE id = ${id}::uuid FOR UPDATE SKIP LOCKED`;
    if (!locked) return undefined;
    const row = await tx.execution.findUniqueOrThrow({ where: { id } });
    const { status, attemptId, attempts } = row;
    const where = { status, attemptId };
    const end = async (outcome: Exclude<Outcome, { status: 'completed' }>): Promise<Repair | undefined> => {
      const ended = await endExecution(tx, { executionId: id, where, outcome, now });
      return ended && { kind: 'ended', ended };
    };
    const staleness = classifyStale(row, now);
    switch (staleness) {
      case 'healthy':
      case 'not_picked_up':
        return undefined;
      case 'cancel_unowned':
        return end({ status: 'cancelled' });
      case 'lost_too_often':
        return end(WORKER_LOST);
      case 'due':
        await appendEvents(tx, {
          executionId: id,
          where,
          data: queuedAgain(),
          events: [{ type: 'execution_requeued', level: 'info', message: 'Its time has come. Queued again.', at: now }],
        });
        return { kind: 'requeue', attempt: attempts };
      case 'owner_lost':
        await appendEvents(tx, {
          executionId: id,
          where,
          data: { ...queuedAgain(), losses: { increment: 1 } },
          events: [
            {
              type: 'execution_requeued',
              level: 'warn',
              message: 'Its executor was lost. Queued again, to go on from the last finished step.',
              data: { executorId: row.executorId },
              at: now,
            },
          ],
        });
        await stopClock(tx, id, row.heartbeatAt ?? now);
        return { kind: 'requeue', attempt: attempts };
    }
  });

const databaseNow = async (prisma: PrismaClient): Promise<Date> => {
  const rows = await prisma.$queryRaw<{ now: Date }[]>`SELECT clock_timestamp() AS now`;
  return rows[0]?.now ?? new Date();
};
