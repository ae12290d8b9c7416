import type { PrismaClient } from '@agentweaver/db/generated/client';
import { z } from 'zod';
import type { Totals } from '../analytics-view.ts';
import { executionsIn, type UsageWindow, usageIn } from './usage-window.ts';

const rowSchema = z.object({
  executions: z.number(),
  completed: z.number(),
  failed: z.number(),
  cancelled: z.number(),
  medianMs: z.number().nullable(),
  p95Ms: z.number().nullable(),
  costUsd: z.number(),
  inputTokens: z.number(),
  outputTokens: z.number(),
});

/** The window in one line of figures. */
export const readTotals = async (prisma: PrismaClient, window: UsageWindow): Promise<Totals> => {
  const rows = await prisma.$queryRaw<unknown[]>`
    SELECT e.*, u.* FROM (
      SELECT count(*)::int AS executions,
        count(*) FILTER (WHERE e.status = 'completed')::int AS completed,
        count(*) FILTER (WHERE e.status = 'failed')::int AS failed,
        count(*) FILTER (WHERE e.status = 'cancelled')::int AS cancelled,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY e.execution_time_ms) FILTER (WHERE e.status = 'completed') AS "medianMs",
        percentile_cont(0.95) WITHIN GROUP (ORDER BY e.execution_time_ms) FILTER (WHERE e.status = 'completed') AS "p95Ms"
      FROM executions e WHERE ${executionsIn(window)}
    ) e, (
      SELECT coalesce(sum(u.cost_usd), 0)::float8 AS "costUsd",
        coalesce(sum(u.input_tokens), 0)::float8 AS "inputTokens",
        coalesce(sum(u.output_tokens), 0)::float8 AS "outputTokens"
      FROM usage_metrics u WHERE ${usageIn(window)}
    ) u`;
  return rowSchema.parse(rows[0]);
};
