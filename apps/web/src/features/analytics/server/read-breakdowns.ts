import type { PrismaClient } from '@agentweaver/db/generated/client';
import { z } from 'zod';
import type { ModelUsage, WorkflowUsage } from '../analytics-view.ts';
import { executionsIn, MODEL_NAME, type UsageWindow, usageIn } from './usage-window.ts';

/** Rows of one table; the rest is a matter for the filters. */
const MAX_ROWS = 200;

const workflowSchema = z.object({
  workflowId: z.string(),
  name: z.string().nullable(),
  executions: z.number(),
  completed: z.number(),
  failed: z.number(),
  costUsd: z.number(),
  tokens: z.number(),
  medianMs: z.number().nullable(),
});

export const readWorkflowUsage = async (prisma: PrismaClient, window: UsageWindow): Promise<WorkflowUsage[]> => {
  const rows = await prisma.$queryRaw<unknown[]>`
    WITH runs AS (
      SELECT e.workflow_id AS id, count(*)::int AS executions,
        count(*) FILTER (WHERE e.status = 'completed')::int AS completed,
        count(*) FILTER (WHERE e.status = 'failed')::int AS failed,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY e.execution_time_ms) FILTER (WHERE e.status = 'completed') AS median
      FROM executions e WHERE ${executionsIn(window)} GROUP BY 1
    ), usage AS (
      SELECT u.workflow_id AS id, sum(u.cost_usd)::float8 AS cost, sum(u.input_tokens + u.output_tokens)::float8 AS tokens
      FROM usage_metrics u WHERE ${usageIn(window)} GROUP BY 1
    )
    SELECT id AS "workflowId", w.name, coalesce(executions, 0) AS executions, coalesce(completed, 0) AS completed,
      coalesce(failed, 0) AS failed, coalesce(cost, 0) AS "costUsd", coalesce(tokens, 0) AS tokens, median AS "medianMs"
    FROM runs FULL JOIN usage USING (id) LEFT JOIN workflows w USING (id)
    ORDER BY coalesce(cost, 0) DESC, coalesce(executions, 0) DESC, id LIMIT ${MAX_ROWS}`;
  return z.array(workflowSchema).parse(rows);
};

const modelSchema = z.object({
  model: z.string(),
  calls: z.number(),
  executions: z.number(),
  inputTokens: z.number(),
  outputTokens: z.number(),
  costUsd: z.number(),
});

export const readModelUsage = async (prisma: PrismaClient, window: UsageWindow): Promise<ModelUsage[]> => {
  const rows = await prisma.$queryRaw<unknown[]>`
    SELECT ${MODEL_NAME} AS model, sum(u.calls)::int AS calls, count(DISTINCT u.execution_id)::int AS executions,
      sum(u.input_tokens)::float8 AS "inputTokens", sum(u.output_tokens)::float8 AS "outputTokens",
      sum(u.cost_usd)::float8 AS "costUsd"
    FROM usage_metrics u WHERE ${usageIn(window)}
    GROUP BY 1 ORDER BY sum(u.cost_usd) DESC, sum(u.calls) DESC, 1 LIMIT ${MAX_ROWS}`;
  return z.array(modelSchema).parse(rows);
};

/** Every model that the workspace ever used. */
export const readModelNames = async (prisma: PrismaClient, workspaceId: string): Promise<string[]> => {
  const rows = await prisma.$queryRaw<unknown[]>`
    SELECT DISTINCT ${MODEL_NAME} AS model FROM usage_metrics u
    WHERE u.workspace_id = ${workspaceId}::uuid ORDER BY 1 LIMIT ${MAX_ROWS}`;
  return z
    .array(z.object({ model: z.string() }))
    .parse(rows)
    .map(({ model }) => model);
};
