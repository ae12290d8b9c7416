import { isAppError } from '@agentweaver/core/errors/app-error';
import { nextTime } from '@agentweaver/core/schedule/cron';
import type { PrismaTransaction } from './client.ts';
import { isTerminal } from './execution-state.ts';
import type { PrismaClient, Schedule } from './generated/client.ts';
import { storableText } from './json.ts';
import { type StartExecutionDependencies, startExecution } from './start-execution.ts';

export type FiringDependencies = Pick<StartExecutionDependencies, 'prisma' | 'queue' | 'onEnqueueError'> & {
  /** A schedule that could not be fired for a reason that is not its own; the next call tries it again. */
  onError?: (error: unknown, scheduleId: string) => void;
};

export type FiringResult = {
  /** Executions that were started. */
  started: string[];
  /** Starts that were left out or refused; each schedule says why. */
  leftOut: number;
  /** Schedules whose firing broke: still due. */
  broken: number;
  /** Until the next one is due; `null` when there is none. */
  nextInMs: number | null;
};

/** Why a start was left out although nothing is wrong. In `lastError` a code comes before the text. */
const STILL_RUNNING = 'still_running: The execution before was still running.';
const MAX_ERROR_LENGTH = 1_000;

/**
 * Starts what is due. Of any number of callers exactly one starts each due time: it holds the schedule's row until the
 * start is stored, and should it die in between, the next one finds that start by its key. What was due several times
 * while nobody looked is started once. Times are the database's; `now` overrides it in tests.
 */
export const fireDueSchedules = async (
  dependencies: FiringDependencies,
  { now: givenNow }: { now?: Date } = {},
): Promise<FiringResult> => {
  const { prisma, onError } = dependencies;
  const result: FiringResult = { started: [], leftOut: 0, broken: 0, nextInMs: null };
  const broken: string[] = [];
  for (;;) {
    const nextInMs = await untilNext(prisma, { givenNow, broken });
    if (nextInMs === null || nextInMs > 0) return { ...result, broken: broken.length, nextInMs };
    let id: string | undefined;
    try {
      const fired = await prisma.$transaction(async (tx) => {
        const due = await lockDue(tx, { givenNow, broken });
        id = due?.schedule.id;
        return due && fire(tx, dependencies, due);
      });
      // Somebody else fires all that is due.
      if (!fired) return { ...result, broken: broken.length, nextInMs };
      if (fired.executionId) result.started.push(fired.executionId);
      else result.leftOut += 1;
    } catch (error) {
      if (!id) throw error;
      broken.push(id);
      onError?.(error, id);
    }
  }
};

type Looking = { givenNow: Date | undefined; broken: string[] };

const untilNext = async (prisma: PrismaClient, { givenNow, broken }: Looking): Promise<number | null> => {
  const [row] = await prisma.$queryRaw<{ ms: number | null }[]>`
    SELECT extract(epoch FROM min(next_run_at) - COALESCE(${givenNow ?? null}::timestamptz, clock_timestamp()))::float8 * 1000 AS ms
    FROM schedules WHERE enabled AND next_run_at IS NOT NULL AND id <> ALL(${broken}::uuid[])`;
  return row?.ms === null || row === undefined ? null : Math.max(0, Math.ceil(row.ms));
};

type Due = { schedule: Schedule & { nextRunAt: Date }; now: Date };

const lockDue = async (tx: PrismaTransaction, { givenNow, broken }: Looking): Promise<Due | undefined> => {
  const [locked] = await tx.$queryRaw<{ id: string; now: Date }[]>`
    SELECT id, COALESCE(${givenNow ?? null}::timestamptz, clock_timestamp()) AS now FROM schedules
    WHERE enabled AND next_run_at <= COALESCE(${givenNow ?? null}::timestamptz, clock_timestamp())
      AND id <> ALL(${broken}::uuid[])
    ORDER BY next_run_at LIMIT 1 FOR UPDATE SKIP LOCKED`;
  if (!locked) return undefined;
  const { nextRunAt, ...schedule } = await tx.schedule.findUniqueOrThrow({ where: { id: locked.id } });
  return nextRunAt ? { schedule: { ...schedule, nextRunAt }, now: locked.now } : undefined;
};

/** The caller holds the row. The execution is stored by another connection, so it stays when this one breaks off. */
const fire = async (
  tx: PrismaTransaction,
  dependencies: FiringDependencies,
  { schedule, now }: Due,
): Promise<{ executionId: string | undefined }> => {
  const outcome = await start(tx, dependencies, schedule);
  const executionId = 'executionId' in outcome ? outcome.executionId : undefined;
  const { count } = await tx.schedule.updateMany({
    where: { id: schedule.id, nextRunAt: schedule.nextRunAt },
    data: {
      nextRunAt: nextTime(schedule, now),
      ...('error' in outcome
        ? { lastError: storableText(outcome.error).slice(0, MAX_ERROR_LENGTH) }
        : { lastRunAt: now, lastExecutionId: outcome.executionId, lastError: null }),
    },
  });
  if (count === 0) throw new Error('The schedule was changed while it was locked.');
  return { executionId };
};

const start = async (
  tx: PrismaTransaction,
  { prisma, queue, onEnqueueError }: FiringDependencies,
  schedule: Due['schedule'],
): Promise<{ executionId: string } | { error: string }> => {
  const { id, workspaceId, workflowId, nextRunAt } = schedule;
  const idempotencyKey = `schedule:${id}:${nextRunAt.toISOString()}`;
  try {
    if (schedule.skipIfRunning && (await isRunning(tx, schedule))) return { error: STILL_RUNNING };
    const started = await startExecution(
      { prisma, queue, onEnqueueError },
      {
        workspaceId,
        workflowId,
        source: 'latest',
        input: schedule.input,
        trigger: 'schedule',
        priority: 'batch',
        scheduleId: id,
        idempotencyKey,
      },
    );
    return { executionId: started.id };
  } catch (error) {
    if (!isAppError(error)) throw error;
    const fields = error.problems.map(({ field, message }) => `${field}: ${message}`);
    return { error: [`${error.code}: ${error.publicMessage}`, ...fields].join(' ') };
  }
};

/** Of what it has started only the last is looked at: while that one ran, no other was started. */
const isRunning = async (tx: PrismaTransaction, { lastExecutionId }: Schedule): Promise<boolean> => {
  if (!lastExecutionId) return false;
  const last = await tx.execution.findUnique({ where: { id: lastExecutionId }, select: { status: true } });
  return last !== null && !isTerminal(last.status);
};
