import { setTimeout as sleep } from 'node:timers/promises';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import type { ExecutionQueue } from '@agentweaver/db/queue';
import { startExecution } from '@agentweaver/db/start-execution';
import { countEnded, queueMany, type Tenant, untilEnded } from './crowd.ts';

type CrowdRun = {
  prisma: PrismaClient;
  queue: ExecutionQueue;
  /** One with very many executions, waiting from the start … */
  large: Tenant;
  /** … and others that start one now and then, as people and their programs do. */
  small: readonly Tenant[];
};

/**
 * How long an execution of a small workspace waited, in ms: until it was claimed, and until its first step began; and
 * how many of the large workspace were claimed meanwhile.
 */
export type Wait = { untilClaimedMs: number; untilStepMs: number; overtakenBy: number };

/** Starts executions of the small workspaces in turn, at this pace, whatever becomes of them, and waits for their end. */
const startAtPace = async (
  { prisma, queue, small }: Pick<CrowdRun, 'prisma' | 'queue' | 'small'>,
  { each, everyMs }: { each: number; everyMs: number },
): Promise<string[]> => {
  const begin = performance.now();
  const starting: Promise<{ id: string }>[] = [];
  for (let index = 0; index < each * small.length; index += 1) {
    await sleep(Math.max(0, begin + index * everyMs - performance.now()));
    const { workspaceId, workflowId } = small[index % small.length] ?? {};
    if (!workspaceId || !workflowId) throw new Error('There is no small workspace.');
    const request = { workspaceId, workflowId, source: 'published', input: {}, trigger: 'api' } as const;
    starting.push(startExecution({ prisma, queue }, request));
  }
  return (await Promise.all(starting)).map(({ id }) => id);
};

const readWaits = (
  prisma: PrismaClient,
  ids: string[],
  { large, queuedBefore }: { large: Tenant; queuedBefore: Date },
): Promise<Wait[]> =>
  prisma.$queryRaw<Wait[]>`
    SELECT extract(epoch FROM mine.started_at - mine.queued_at)::float8 * 1000 AS "untilClaimedMs",
      extract(epoch FROM step.created_at - mine.queued_at)::float8 * 1000 AS "untilStepMs",
      (SELECT count(*)::int FROM executions AS other WHERE other.workspace_id = ${large.workspaceId}::uuid
        AND other.started_at > mine.queued_at AND other.started_at < mine.started_at) AS "overtakenBy"
    FROM executions AS mine
    CROSS JOIN LATERAL (
      SELECT created_at FROM execution_events AS event
      WHERE event.execution_id = mine.id AND event.type = 'step_started' ORDER BY seq LIMIT 1
    ) AS step
    WHERE mine.id = ANY(${ids}::uuid[]) AND mine.queued_at < ${queuedBefore}`;

/** When the first and the last execution of this workspace were claimed: between them some of it waited. */
const claimsOf = async (prisma: PrismaClient, { workspaceId }: Tenant): Promise<{ first: Date; last: Date }> => {
  const { _min, _max } = await prisma.execution.aggregate({
    where: { workspaceId },
    _min: { startedAt: true },
    _max: { startedAt: true },
  });
  return { first: _min.startedAt ?? new Date(), last: _max.startedAt ?? new Date() };
};

type CrowdFigures = {
  /** Of the small workspaces while nothing else runs, and of those that were queued while the large one's executions waited. */
  alone: Wait[];
  crowded: Wait[];
  /** While the large one's executions waited: all that were claimed, a second. */
  perSecond: number;
  executions: number;
};

/**
 * First the small workspaces alone, then the same beside the queue of the large one, until everything has ended. `onTick`
 * is called every 3 s in the second part.
 */
export const runCrowd = async (
  run: CrowdRun,
  {
    many,
    alone,
    crowded,
    everyMs,
    timeoutMs,
    onTick,
  }: {
    /** Executions of the large workspace. */
    many: number;
    /** Executions that each small workspace starts in either part. */
    alone: number;
    crowded: number;
    /** Between two starts. */
    everyMs: number;
    timeoutMs: number;
    onTick?: () => Promise<void>;
  },
): Promise<CrowdFigures> => {
  const { prisma, large, small } = run;
  // Each workspace gets its sandbox, which it keeps.
  const first = await startAtPace(run, { each: 1, everyMs });
  await untilEnded(prisma, { count: first.length, timeoutMs });
  const before = await startAtPace(run, { each: alone, everyMs });
  await untilEnded(prisma, { count: first.length + before.length, timeoutMs });
  const done = await countEnded(prisma);

  await queueMany(run, [{ tenant: large, count: many }]);
  const after = startAtPace(run, { each: crowded, everyMs });
  const timer = onTick && setInterval(onTick, 3_000);
  try {
    await Promise.all([after, untilEnded(prisma, { count: done + many + crowded * small.length, timeoutMs })]);
  } finally {
    clearInterval(timer);
  }
  const { first: begin, last: end } = await claimsOf(prisma, large);
  const claimed = await prisma.execution.count({ where: { startedAt: { gte: begin, lte: end } } });
  return {
    alone: await readWaits(prisma, before, { large, queuedBefore: new Date() }),
    crowded: await readWaits(prisma, await after, { large, queuedBefore: end }),
    perSecond: claimed / ((end.getTime() - begin.getTime()) / 1_000),
    executions: many + crowded * small.length,
  };
};
