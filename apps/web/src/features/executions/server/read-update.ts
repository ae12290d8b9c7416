import { logLevelSchema } from '@agentweaver/core/engine/events';
import { executionErrorSchema } from '@agentweaver/core/engine/execution-errors';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import { z } from 'zod';
import { EXECUTION_STATUSES, type WatchMessage } from '../execution-view.ts';

/** Log lines in one message. */
export const UPDATE_PAGE = 500;

/** Bytes of a log line's data that are sent along; the REST log has all of it. */
const MAX_EVENT_DATA = 4_096;

const date = z.coerce.date();
const headSchema = z.object({
  id: z.string(),
  status: z.enum(EXECUTION_STATUSES),
  queuedAt: date,
  startedAt: date.nullable(),
  completedAt: date.nullable(),
  executionTimeMs: z.number().nullable(),
  totalCostUsd: z.number(),
  inputTokens: z.number(),
  outputTokens: z.number(),
  error: executionErrorSchema.nullable().catch(null),
  sandbox: z.string().nullable(),
  attempts: z.number(),
  cancelRequestedAt: date.nullable(),
  lastSeq: z.number(),
});

const stepSchema = z.object({
  nodeId: z.string(),
  nodeType: z.string(),
  nodeName: z.string(),
  status: z.enum(['pending', 'running', 'completed', 'failed', 'skipped', 'cancelled']),
  attempts: z.number(),
  ports: z.array(z.string()),
  error: executionErrorSchema.nullable().catch(null),
  reason: z.string().nullable(),
  model: z.string().nullable(),
  inputTokens: z.number(),
  outputTokens: z.number(),
  costUsd: z.number(),
  startedAt: date.nullable(),
  completedAt: date.nullable(),
  durationMs: z.number().nullable(),
});

const eventSchema = z.object({
  seq: z.number(),
  type: z.string(),
  nodeId: z.string().nullable(),
  level: logLevelSchema.catch('info'),
  message: z.string(),
  data: z.record(z.string(), z.unknown()).nullable().catch(null),
  createdAt: date,
});

const rowSchema = z.object({
  execution: headSchema,
  steps: z.array(stepSchema),
  events: z.array(eventSchema),
});

export type ReadUpdateOptions = {
  workspaceId: string;
  executionId: string;
  /** Log lines after this `seq`. */
  since: number;
  /** Every step rather than those that the log lines are about. */
  allSteps: boolean;
};

/**
 * What happened after `since`. State, steps and log come from one SQL statement, hence from one snapshot of the
 * database: a finished execution is never seen with a log that lacks its end.
 * `null` when the workspace has no such execution.
 */
export const readUpdate = async (
  prisma: PrismaClient,
  { workspaceId, executionId, since, allSteps }: ReadUpdateOptions,
): Promise<Extract<WatchMessage, { type: 'update' }> | null> => {
  const rows = await prisma.$queryRaw<unknown[]>`
    WITH e AS (
      SELECT id, status, queued_at AS "queuedAt", started_at AS "startedAt", completed_at AS "completedAt",
        execution_time_ms AS "executionTimeMs", total_cost_usd AS "totalCostUsd", input_tokens AS "inputTokens",
        output_tokens AS "outputTokens", error, sandbox, attempts, cancel_requested_at AS "cancelRequestedAt",
        last_seq AS "lastSeq"
      FROM executions WHERE id = ${executionId}::uuid AND workspace_id = ${workspaceId}::uuid
    ), v AS (
      SELECT seq, type, node_id AS "nodeId", level, message, created_at AS "createdAt",
        CASE WHEN octet_length(data::text) <= ${MAX_EVENT_DATA} THEN data END AS data
      FROM execution_events WHERE execution_id = ${executionId}::uuid AND seq > ${since}
      ORDER BY seq LIMIT ${UPDATE_PAGE}
    ), s AS (
      SELECT node_id AS "nodeId", node_type AS "nodeType", node_name AS "nodeName", status, attempts, ports, error,
        reason, model, input_tokens AS "inputTokens", output_tokens AS "outputTokens", cost_usd AS "costUsd",
        started_at AS "startedAt", completed_at AS "completedAt", duration_ms AS "durationMs"
      FROM execution_steps
      WHERE execution_id = ${executionId}::uuid AND (
        ${allSteps} OR node_id IN (SELECT "nodeId" FROM v)
        -- A claim and an end change steps that no log line is about.
        OR EXISTS (SELECT FROM v WHERE type LIKE 'execution\\_%')
      )
    )
    SELECT row_to_json(e) AS execution,
      (SELECT coalesce(json_agg(s), '[]') FROM s) AS steps,
      (SELECT coalesce(json_agg(v ORDER BY v.seq), '[]') FROM v) AS events
    FROM e`;
  if (rows.length === 0) return null;
  const { execution, steps, events } = rowSchema.parse(rows[0]);
  return { type: 'update', seq: events.at(-1)?.seq ?? since, execution, steps, events };
};
