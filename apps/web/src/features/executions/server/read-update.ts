import { budgetRequestSchema } from '@agentweaver/core/budget/budget-wait';
import { logLevelSchema } from '@agentweaver/core/engine/events';
import { executionErrorSchema } from '@agentweaver/core/engine/execution-errors';
import { humanRequestSchema } from '@agentweaver/core/host/ports/human';
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
  resumeAt: date.nullable(),
  activeMs: z.number(),
  activeSince: date.nullable(),
  lastSeq: z.number(),
});

export const stepViewSchema = z.object({
  nodeId: z.string(),
  iteration: z.string(),
  nodeType: z.string(),
  nodeName: z.string(),
  status: z.enum(['pending', 'running', 'waiting', 'completed', 'failed', 'skipped', 'cancelled']),
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
  cpuMs: z.number().nullable(),
  memoryPeakKib: z.number().nullable(),
  cached: z.boolean(),
  reusedFromId: z.string().nullable(),
  edited: z.boolean(),
});

const roundsSchema = z.object({
  nodeId: z.string(),
  nodeType: z.string(),
  nodeName: z.string(),
  inputTokens: z.number(),
  outputTokens: z.number(),
  costUsd: z.number(),
  cpuMs: z.number().nullable(),
  memoryPeakKib: z.number().nullable(),
  startedAt: date.nullable(),
  completedAt: date.nullable(),
  ports: z.array(z.string()),
  reason: z.string().nullable(),
  total: z.number(),
  running: z.number(),
  waiting: z.number(),
  completed: z.number(),
  failed: z.number(),
  skipped: z.number(),
  cancelled: z.number(),
});

const wait = { id: z.string(), nodeId: z.string(), iteration: z.string(), createdAt: date, until: date.nullable() };

/** A row of `waits`, of which only what its kind has is kept. */
export const waitViewSchema = z.discriminatedUnion('kind', [
  z.object({ ...wait, kind: z.literal('human'), request: humanRequestSchema }),
  z.object({ ...wait, kind: z.literal('timer'), request: z.unknown().transform(() => null) }),
  z.object({ ...wait, kind: z.literal('budget'), request: budgetRequestSchema }),
]);

const eventSchema = z.object({
  seq: z.number(),
  type: z.string(),
  nodeId: z.string().nullable(),
  iteration: z.string(),
  level: logLevelSchema.catch('info'),
  message: z.string(),
  data: z.record(z.string(), z.unknown()).nullable().catch(null),
  createdAt: date,
});

const rowSchema = z.object({
  execution: headSchema,
  steps: z.array(stepViewSchema),
  rounds: z.array(roundsSchema).nullable(),
  waits: z.array(waitViewSchema),
  events: z.array(eventSchema),
});

export type ReadUpdateOptions = {
  workspaceId: string;
  executionId: string;
  /** Log lines after this `seq`. */
  since: number;
  /** Every top-level step rather than those that the log lines are about. */
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
        resume_at AS "resumeAt", active_ms AS "activeMs", active_since AS "activeSince", last_seq AS "lastSeq"
      FROM executions WHERE id = ${executionId}::uuid AND workspace_id = ${workspaceId}::uuid
    ), v AS (
      SELECT seq, type, node_id AS "nodeId", iteration, level, message, created_at AS "createdAt",
        CASE WHEN octet_length(data::text) <= ${MAX_EVENT_DATA} THEN data END AS data
      FROM execution_events WHERE execution_id = ${executionId}::uuid AND seq > ${since}
      ORDER BY seq LIMIT ${UPDATE_PAGE}
    ), s AS (
      SELECT node_id AS "nodeId", iteration, node_type AS "nodeType", node_name AS "nodeName", status, attempts, ports, error,
        reason, model, input_tokens AS "inputTokens", output_tokens AS "outputTokens", cost_usd AS "costUsd",
        started_at AS "startedAt", completed_at AS "completedAt", duration_ms AS "durationMs",
        cpu_ms AS "cpuMs", memory_peak_kib AS "memoryPeakKib", cached, reused_from_id AS "reusedFromId", edited
      FROM execution_steps
      WHERE execution_id = ${executionId}::uuid AND (
        (node_id, iteration) IN (SELECT "nodeId", iteration FROM v)
        OR iteration = '' AND (
          ${allSteps}
          -- A claim and an end change steps that no log line is about.
          OR EXISTS (SELECT FROM v WHERE type LIKE 'execution\\_%')
        )
      )
    ), top AS (
      SELECT node_id, node_type FROM execution_steps
      WHERE execution_id = ${executionId}::uuid AND iteration = ''
    ), r AS (
      SELECT node_id AS "nodeId", min(node_type) AS "nodeType", min(node_name) AS "nodeName", count(*) AS total,
        sum(input_tokens) AS "inputTokens", sum(output_tokens) AS "outputTokens", sum(cost_usd) AS "costUsd",
        sum(cpu_ms) AS "cpuMs", max(memory_peak_kib) AS "memoryPeakKib",
        min(started_at) AS "startedAt", max(completed_at) AS "completedAt",
        (array_agg(to_json(ports) ORDER BY completed_at DESC NULLS LAST))[1] AS ports,
        (array_agg(reason ORDER BY completed_at DESC NULLS LAST))[1] AS reason,
        count(*) FILTER (WHERE status = 'running') AS running, count(*) FILTER (WHERE status = 'waiting') AS waiting,
        count(*) FILTER (WHERE status = 'completed') AS completed, count(*) FILTER (WHERE status = 'failed') AS failed,
        count(*) FILTER (WHERE status = 'skipped') AS skipped,
        count(*) FILTER (WHERE status = 'cancelled') AS cancelled
      FROM execution_steps
      WHERE execution_id = ${executionId}::uuid
        -- Counted only when such a run may have changed: there may be a hundred thousand of them.
        AND (${allSteps} OR EXISTS (SELECT FROM v WHERE iteration <> '' OR type LIKE 'execution\\_%'))
        -- A node of the top scope has rounds of an evaluation alone; others are of a namesake in a workflow that it calls.
        AND (iteration = '' OR node_id NOT IN (SELECT node_id FROM top)
          OR split_part(iteration, '[', 1) IN (SELECT node_id FROM top WHERE node_type = 'evaluate'))
      GROUP BY node_id HAVING bool_or(iteration <> '')
    ), w AS (
      SELECT id, node_id AS "nodeId", iteration, kind, request, until, created_at AS "createdAt"
      FROM waits WHERE execution_id = ${executionId}::uuid AND closed_at IS NULL
      ORDER BY created_at LIMIT 100
    )
    SELECT row_to_json(e) AS execution,
      (SELECT coalesce(json_agg(s), '[]') FROM s) AS steps,
      (SELECT json_agg(r) FROM r) AS rounds,
      (SELECT coalesce(json_agg(w), '[]') FROM w) AS waits,
      (SELECT coalesce(json_agg(v ORDER BY v.seq), '[]') FROM v) AS events
    FROM e`;
  if (rows.length === 0) return null;
  const { rounds, events, ...now } = rowSchema.parse(rows[0]);
  return { type: 'update', seq: events.at(-1)?.seq ?? since, ...now, ...(rounds ? { rounds } : {}), events };
};
