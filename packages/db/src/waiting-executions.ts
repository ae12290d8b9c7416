import type { PrismaClient } from './generated/client.ts';

export type WaitingExecutions = {
  /** Executions that are due and that nobody has claimed. */
  waiting: Record<'interactive' | 'batch', number>;
  /** How long the oldest of them has waited, in seconds; 0 without any. */
  oldestSeconds: Record<'interactive' | 'batch', number>;
  /** Of all waiting ones, those that another executor could run at once: the rest is held back by its workspace's limit. */
  claimable: number;
};

/** What an autoscaler goes by, in one query on the partial indexes of queued and running executions. */
export const readWaitingExecutions = async (prisma: PrismaClient): Promise<WaitingExecutions> => {
  const rows = await prisma.$queryRaw<
    { priority: 'interactive' | 'batch'; waiting: number; oldestSeconds: number; claimable: number }[]
  >`
    WITH queued AS (
      SELECT workspace_id, priority, count(*) AS count, min(queued_at) AS oldest
      FROM executions WHERE status = 'queued' AND queued_at <= clock_timestamp()
      GROUP BY workspace_id, priority
    ), demand AS (
      SELECT workspace_id, sum(count) AS count FROM queued GROUP BY workspace_id
    ), running AS (
      SELECT workspace_id, count(*) AS count FROM executions
      WHERE status = 'running' AND workspace_id IN (SELECT workspace_id FROM demand)
      GROUP BY workspace_id
    )
    SELECT priority::text AS priority, sum(count)::int AS waiting,
      extract(epoch FROM clock_timestamp() - min(oldest))::float8 AS "oldestSeconds",
      (SELECT sum(least(demand.count, greatest(max_concurrency - coalesce(running.count, 0), 0)))::int
        FROM demand JOIN workspaces ON workspaces.id = demand.workspace_id LEFT JOIN running USING (workspace_id)
      ) AS claimable
    FROM queued GROUP BY priority`;
  const of = (priority: 'interactive' | 'batch') => rows.find((row) => row.priority === priority);
  return {
    waiting: { interactive: of('interactive')?.waiting ?? 0, batch: of('batch')?.waiting ?? 0 },
    oldestSeconds: { interactive: of('interactive')?.oldestSeconds ?? 0, batch: of('batch')?.oldestSeconds ?? 0 },
    claimable: rows[0]?.claimable ?? 0,
  };
};
