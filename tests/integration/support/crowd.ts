import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowDefinition } from '@agentweaver/core/definition/workflow-definition';
import type { Prisma, PrismaClient } from '@agentweaver/db/generated/client';
import type { ExecutionQueue } from '@agentweaver/db/queue';

/** A workspace with one published workflow that all of its executions run. */
export type Tenant = { workspaceId: string; workflowId: string; versionId: string; maxConcurrency: number };

export const createTenant = async (
  prisma: PrismaClient,
  { definition, maxConcurrency }: { definition: WorkflowDefinition; maxConcurrency: number },
): Promise<Tenant> => {
  const slug = `w-${randomUUID().slice(0, 8)}`;
  const { id: workspaceId } = await prisma.workspace.create({
    data: { slug, name: slug, maxConcurrency, maxExecutionsPerDay: 100_000 },
  });
  const { id: workflowId } = await prisma.workflow.create({ data: { workspaceId, name: 'Crowd' } });
  const version = await prisma.workflowVersion.create({
    data: { workflowId, number: 1, hash: randomUUID(), definition: definition as Prisma.InputJsonValue },
  });
  await prisma.workflow.update({ where: { id: workflowId }, data: { publishedVersionId: version.id } });
  return { workspaceId, workflowId, versionId: version.id, maxConcurrency };
};

/** Rows written, and jobs added, at once. */
const BATCH = 500;

/** Queues so many executions of each workspace, mixed: first all rows, then a job for each. */
export const queueMany = async (
  { prisma, queue }: { prisma: PrismaClient; queue: Pick<ExecutionQueue, 'add'> },
  wanted: { tenant: Tenant; count: number }[],
): Promise<void> => {
  const rows = mixed(wanted).map(({ workspaceId, workflowId, versionId }) => ({
    id: randomUUID(),
    workspaceId,
    workflowId,
    versionId,
    trigger: 'api' as const,
    input: 'hello',
    lastSeq: 1,
  }));
  const batches = Array.from({ length: Math.ceil(rows.length / BATCH) }, (_, index) =>
    rows.slice(index * BATCH, (index + 1) * BATCH),
  );
  const event = { seq: 1, type: 'execution_queued', message: 'Queued.' };
  for (const batch of batches) {
    await prisma.execution.createMany({ data: batch });
    await prisma.executionEvent.createMany({ data: batch.map(({ id }) => ({ ...event, executionId: id })) });
  }
  for (const batch of batches) await Promise.all(batch.map(({ id }) => queue.add({ executionId: id })));
};

/** Each tenant as often as it is wanted, spread evenly: the third of three comes after a third of thirty. */
const mixed = (wanted: { tenant: Tenant; count: number }[]): Tenant[] =>
  wanted
    .flatMap(({ tenant, count }) =>
      Array.from({ length: count }, (_, index) => ({ tenant, place: (index + 0.5) / count })),
    )
    .toSorted((a, b) => a.place - b.place)
    .map(({ tenant }) => tenant);

export const countEnded = (prisma: PrismaClient): Promise<number> =>
  prisma.execution.count({ where: { completedAt: { not: null } } });

/** Resolves when so many executions have ended. */
export const untilEnded = async (
  prisma: PrismaClient,
  { count, timeoutMs, everyMs = 100 }: { count: number; timeoutMs: number; everyMs?: number },
): Promise<void> => {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const ended = await countEnded(prisma);
    if (ended >= count) return;
    if (Date.now() > deadline) throw new Error(`${ended} of ${count} executions have ended after ${timeoutMs} ms.`);
    await sleep(everyMs);
  }
};

/** One claim of an execution: from when until when which executor had it, as its events tell. */
export type ClaimSpan = { executionId: string; workspaceId: string; executorId: string; from: Date; until: Date };

/** The claims of all executions. What was not over at the end of the log is left out. */
export const readClaimSpans = (prisma: PrismaClient): Promise<ClaimSpan[]> =>
  prisma.$queryRaw<ClaimSpan[]>`
    SELECT claim.execution_id AS "executionId", execution.workspace_id AS "workspaceId",
      claim.data ->> 'executorId' AS "executorId", claim.created_at AS "from", over.created_at AS "until"
    FROM execution_events AS claim
    JOIN executions AS execution ON execution.id = claim.execution_id
    CROSS JOIN LATERAL (
      SELECT created_at FROM execution_events AS later
      WHERE later.execution_id = claim.execution_id AND later.seq > claim.seq AND later.type IN
        ('execution_claimed', 'execution_requeued', 'execution_waiting', 'execution_completed', 'execution_failed',
         'execution_cancelled')
      ORDER BY later.seq LIMIT 1
    ) AS over
    WHERE claim.type = 'execution_claimed'`;

/** Of the two times, one is the database's and the other the executor's; and an end is written a moment before its commit. */
const SLACK_MS = 25;

/** The most claims of these that were held at the same time. */
export const mostAtOnce = (spans: readonly ClaimSpan[]): number => {
  const changes = spans
    .filter(({ from, until }) => until.getTime() - from.getTime() > SLACK_MS)
    .flatMap(({ from, until }) => [
      { at: from.getTime() + SLACK_MS, by: 1 },
      { at: until.getTime(), by: -1 },
    ])
    .toSorted((a, b) => a.at - b.at || a.by - b.by);
  let now = 0;
  let most = 0;
  for (const { by } of changes) {
    now += by;
    most = Math.max(most, now);
  }
  return most;
};

/** What must never be: executions that did not complete, that ended twice, or a step of which did. */
export const findAnomalies = async (
  prisma: PrismaClient,
): Promise<{ notCompleted: number; endedTwice: number; stepsTwice: number }> => {
  const [row] = await prisma.$queryRaw<{ notCompleted: number; endedTwice: number; stepsTwice: number }[]>`
    SELECT
      (SELECT count(*)::int FROM executions WHERE status <> 'completed') AS "notCompleted",
      (SELECT count(*)::int FROM (
        SELECT execution_id FROM execution_events
        WHERE type IN ('execution_completed', 'execution_failed', 'execution_cancelled')
        GROUP BY execution_id HAVING count(*) > 1) AS twice) AS "endedTwice",
      (SELECT count(*)::int FROM (
        SELECT execution_id FROM execution_events WHERE type = 'step_completed'
        GROUP BY execution_id, node_id, iteration HAVING count(*) > 1) AS twice) AS "stepsTwice"`;
  if (!row) throw new Error('The database gave no answer.');
  return row;
};
