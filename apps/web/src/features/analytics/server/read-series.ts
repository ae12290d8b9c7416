import { Prisma, type PrismaClient } from '@agentweaver/db/generated/client';
import { z } from 'zod';
import type { Bucket, SeriesPoint } from '../analytics-view.ts';
import { executionsIn, MODEL_NAME, type UsageWindow, usageIn } from './usage-window.ts';

const rowSchema = z.object({
  at: z.date(),
  completed: z.number(),
  failed: z.number(),
  cancelled: z.number(),
  active: z.number(),
  medianMs: z.number().nullable(),
  p95Ms: z.number().nullable(),
  inputTokens: z.number(),
  outputTokens: z.number(),
  costUsd: z.number(),
  costByModel: z.record(z.string(), z.number()),
});

/**
 * The starts of the window's buckets. Days and weeks are counted in local time, so that a day of 23 or 25 hours is one
 * day; hours in absolute time, so that the hour which a clock goes through twice is two.
 */
const bucketStarts = ({ bucket, timeZone, from, to }: UsageWindow & { bucket: Bucket }): Prisma.Sql => {
  const first = Prisma.sql`date_trunc(${bucket}, ${from}::timestamptz, ${timeZone})`;
  const last = Prisma.sql`(${to}::timestamptz - interval '1 millisecond')`;
  if (bucket === 'hour') return Prisma.sql`SELECT at FROM generate_series(${first}, ${last}, interval '1 hour') AS at`;
  const step = bucket === 'day' ? '1 day' : '7 days';
  return Prisma.sql`SELECT local AT TIME ZONE ${timeZone} AS at FROM generate_series(
    ${first} AT TIME ZONE ${timeZone}, ${last} AT TIME ZONE ${timeZone}, ${step}::interval) AS local`;
};

/** The window in equal pieces of the viewer's time, empty ones included. */
export const readSeries = async (
  prisma: PrismaClient,
  window: UsageWindow & { bucket: Bucket },
): Promise<SeriesPoint[]> => {
  const { bucket, timeZone: zone } = window;
  const rows = await prisma.$queryRaw<unknown[]>`
    WITH buckets AS (${bucketStarts(window)}
    ), runs AS (
      SELECT date_trunc(${bucket}, e.queued_at, ${zone}) AS at,
        count(*) FILTER (WHERE e.status = 'completed')::int AS completed,
        count(*) FILTER (WHERE e.status = 'failed')::int AS failed,
        count(*) FILTER (WHERE e.status = 'cancelled')::int AS cancelled,
        count(*) FILTER (WHERE e.status IN ('queued', 'running', 'waiting'))::int AS active,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY e.execution_time_ms) FILTER (WHERE e.status = 'completed') AS median,
        percentile_cont(0.95) WITHIN GROUP (ORDER BY e.execution_time_ms) FILTER (WHERE e.status = 'completed') AS p95
      FROM executions e WHERE ${executionsIn(window)} GROUP BY 1
    ), by_model AS (
      SELECT date_trunc(${bucket}, u.created_at, ${zone}) AS at, ${MODEL_NAME} AS model, sum(u.cost_usd)::float8 AS cost,
        sum(u.input_tokens)::float8 AS input, sum(u.output_tokens)::float8 AS output
      FROM usage_metrics u WHERE ${usageIn(window)} GROUP BY 1, 2
    ), usage AS (
      SELECT at, sum(cost) AS cost, sum(input) AS input, sum(output) AS output, jsonb_object_agg(model, cost) AS models
      FROM by_model GROUP BY at
    )
    SELECT b.at, coalesce(r.completed, 0) AS completed, coalesce(r.failed, 0) AS failed,
      coalesce(r.cancelled, 0) AS cancelled, coalesce(r.active, 0) AS active, r.median AS "medianMs", r.p95 AS "p95Ms",
      coalesce(u.input, 0) AS "inputTokens", coalesce(u.output, 0) AS "outputTokens", coalesce(u.cost, 0) AS "costUsd",
      coalesce(u.models, '{}') AS "costByModel"
    FROM buckets b LEFT JOIN runs r ON r.at = b.at LEFT JOIN usage u ON u.at = b.at
    ORDER BY b.at`;
  return z.array(rowSchema).parse(rows);
};
