import type { WorkflowNode } from '@agentweaver/core/definition/workflow-definition';
import type { EngineEvent } from '@agentweaver/core/engine/events';
import { type NewEvent, storedEvents, toLogEvent } from './execution-events.ts';
import { type FindStepNode, foldSteps, type StepPatch } from './execution-steps.ts';
import { jsonText, storableText } from './json.ts';
import type { Statement } from './statement.ts';
import { newStep } from './step-rows.ts';
import { TUNABLES } from './tunables.ts';

/** What the writer of an execution's events knows of its steps. */
export type StepCatalog = {
  /** The node that a step runs: without it steps that have no row yet are logged and get none. */
  findNode?: FindStepNode;
  /** Nodes of the top scope, for an execution that has no rows yet: they get theirs with the batch that starts it. */
  topNodes?: readonly WorkflowNode[];
};

/** A batch of the engine's events as two JSON arrays, for `EVENTS_AND_STEPS`. */
export type Batch = {
  count: number;
  events: string;
  steps: string;
  allEnded: boolean;
  /** A step has finished: the execution gets on. */
  progress: boolean;
};

type StepRow = StepPatch & Partial<ReturnType<typeof newStep>>;

export const toBatch = (
  engineEvents: readonly EngineEvent[],
  { findNode, topNodes }: StepCatalog,
  furtherEvents: readonly NewEvent[] = [],
): Batch => {
  const stored = storedEvents(engineEvents);
  const events = [...stored.map(toLogEvent), ...furtherEvents];
  const missing = new Map(topNodes?.map((node) => [node.id, node]));
  const rows: StepRow[] = foldSteps(stored).map((patch) => {
    const node = findNode?.(patch) ?? (patch.iteration === '' ? missing.get(patch.nodeId) : undefined);
    if (patch.iteration === '') missing.delete(patch.nodeId);
    return node ? { ...patch, ...newStep(node) } : patch;
  });
  if (stored.some(({ type }) => type === 'execution_started')) {
    for (const node of missing.values()) rows.push({ iteration: '', ...newStep(node) });
  }
  return {
    count: events.length,
    events: jsonText(events.map(eventRow)),
    steps: jsonText(rows),
    allEnded: rows.every(({ completedAt }) => completedAt !== undefined),
    progress: rows.some(({ status }) => status === 'completed'),
  };
};

const eventRow = ({ at, message, ...event }: NewEvent) => ({
  ...event,
  message: storableText(message).slice(0, TUNABLES.maxEventMessageLength),
  at: at.getTime(),
});

/**
 * The tables of a statement that writes a batch after `owned (id, last_seq)`, the execution's row that the statement has
 * just changed: none when the claim is lost, and then nothing is written. `$1`: its id once more, so that every plan goes by an index; `$3`, `$4`: the batch's events and steps; `$5`: how many events.
 *
 * Steps get their row with the first thing that is told of them. A step that has ended is not touched again. Tokens and
 * cost only grow: `settleModelCall` adds up all attempts there, an event knows the last one only. A step that has
 * ended waits for nothing any more: questions of it that are still open leave the inbox.
 */
const EVENTS_AND_STEPS = `
  event_rows AS (
    INSERT INTO execution_events (execution_id, seq, type, node_id, iteration, level, message, data, created_at)
    SELECT owned.id, owned.last_seq - $5::int + row.ordinality, row.event ->> 'type', row.event ->> 'nodeId',
      COALESCE(row.event ->> 'iteration', ''), row.event ->> 'level', row.event ->> 'message',
      (row.event -> 'data')::jsonb, to_timestamp((row.event ->> 'at')::numeric / 1000)
    FROM owned CROSS JOIN json_array_elements($3::json) WITH ORDINALITY AS row(event, ordinality)
  ),
  patch AS (
    SELECT * FROM json_to_recordset($4::json) AS patch(
      "nodeId" text, iteration text, "nodeType" text, "nodeName" text, "agentRole" text, status text, attempts int,
      input json, output json, ports text[], error jsonb, continued boolean, reason text, model text, "inputTokens" int,
      "outputTokens" int, "costUsd" numeric, cached boolean, "cpuMs" int, "memoryPeakKib" int, "startedAt" numeric,
      "completedAt" numeric)
  ),
  step_rows AS (
    INSERT INTO execution_steps AS step (
      execution_id, node_id, iteration, node_type, node_name, agent_role, status, attempts, input, output, ports, error,
      continued, reason, model, input_tokens, output_tokens, cost_usd, cached, cpu_ms, memory_peak_kib, started_at,
      completed_at, duration_ms)
    SELECT owned.id, patch."nodeId", patch.iteration, COALESCE(patch."nodeType", old.node_type),
      COALESCE(patch."nodeName", old.node_name), patch."agentRole", COALESCE(patch.status, 'pending')::step_status,
      COALESCE(patch.attempts, 0), patch.input -> 'value', patch.output -> 'value', COALESCE(patch.ports, '{}'),
      NULLIF(patch.error -> 'value', 'null'), COALESCE(patch.continued, false), patch.reason, patch.model,
      COALESCE(patch."inputTokens", 0), COALESCE(patch."outputTokens", 0), COALESCE(patch."costUsd", 0),
      COALESCE(patch.cached, false), patch."cpuMs", patch."memoryPeakKib", to_timestamp(patch."startedAt" / 1000),
      to_timestamp(patch."completedAt" / 1000),
      LEAST(2147483647, GREATEST(0, round(patch."completedAt" - patch."startedAt")))::int
    FROM owned CROSS JOIN patch
    LEFT JOIN execution_steps AS old
      ON old.execution_id = $1::uuid AND old.node_id = patch."nodeId" AND old.iteration = patch.iteration
    WHERE COALESCE(patch."nodeType", old.node_type) IS NOT NULL
    ON CONFLICT (execution_id, node_id, iteration) DO UPDATE SET
      status = CASE WHEN EXCLUDED.status = 'pending' THEN step.status ELSE EXCLUDED.status END,
      attempts = CASE WHEN EXCLUDED.attempts = 0 THEN step.attempts ELSE EXCLUDED.attempts END,
      input = COALESCE(EXCLUDED.input, step.input),
      output = COALESCE(EXCLUDED.output, step.output),
      ports = CASE WHEN EXCLUDED.ports = '{}' AND EXCLUDED.status <> 'completed' THEN step.ports ELSE EXCLUDED.ports END,
      error = CASE WHEN EXCLUDED.error IS NULL AND EXCLUDED.status NOT IN ('running', 'completed') THEN step.error
        ELSE EXCLUDED.error END,
      continued = CASE WHEN EXCLUDED.status = 'failed' THEN EXCLUDED.continued ELSE step.continued END,
      reason = COALESCE(EXCLUDED.reason, step.reason),
      model = COALESCE(EXCLUDED.model, step.model),
      input_tokens = GREATEST(step.input_tokens, EXCLUDED.input_tokens),
      output_tokens = GREATEST(step.output_tokens, EXCLUDED.output_tokens),
      cost_usd = GREATEST(step.cost_usd, EXCLUDED.cost_usd),
      cached = CASE WHEN EXCLUDED.status = 'completed' THEN EXCLUDED.cached ELSE step.cached END,
      cpu_ms = COALESCE(EXCLUDED.cpu_ms, step.cpu_ms),
      memory_peak_kib = COALESCE(EXCLUDED.memory_peak_kib, step.memory_peak_kib),
      started_at = COALESCE(step.started_at, EXCLUDED.started_at),
      completed_at = COALESCE(EXCLUDED.completed_at, step.completed_at),
      duration_ms = CASE WHEN EXCLUDED.completed_at IS NULL THEN step.duration_ms
        ELSE LEAST(2147483647, GREATEST(0, round(1000 * extract(epoch FROM
          EXCLUDED.completed_at - COALESCE(step.started_at, EXCLUDED.started_at)))))::int END
    WHERE step.status IN ('pending', 'running', 'waiting')
  ),
  given_up AS (
    UPDATE waits SET closed_at = clock_timestamp()
    FROM owned CROSS JOIN patch
    WHERE waits.execution_id = $1::uuid AND waits.closed_at IS NULL AND patch."completedAt" IS NOT NULL
      AND waits.node_id = patch."nodeId" AND waits.iteration = patch.iteration
  )`;

/**
 * A batch of an execution that goes on. `$1`: execution, `$2`: the claim, then as above; `$6`: whether a step has finished,
 * since when nothing was lost yet. Gives its new `last_seq`.
 */
export const RECORD_BATCH: Statement = {
  name: 'record_batch',
  text: `
  WITH owned AS (
    UPDATE executions SET last_seq = last_seq + $5::int, losses = CASE WHEN $6::boolean THEN 0 ELSE losses END
    WHERE id = $1::uuid AND attempt_id = $2::uuid AND status = 'running'
    RETURNING id, last_seq
  ), ${EVENTS_AND_STEPS}
  SELECT last_seq AS "lastSeq" FROM owned`,
};

/**
 * The last batch of an execution that leaves nothing to settle, and its end. `$6`: status, `$7`: results, `$8`: error,
 * `$9`: when. Gives no row when the claim is lost, or when it called the outside, asked anybody, or has
 * other steps open: then its end takes more than one statement.
 */
export const FINISH_BATCH: Statement = {
  name: 'finish_batch',
  text: `
  WITH owned AS (
    UPDATE executions AS execution
    SET last_seq = last_seq + $5::int, status = $6::execution_status, results = $7::json, error = $8::jsonb,
      completed_at = $9::timestamptz, heartbeat_at = NULL, resume_at = NULL, active_since = NULL,
      active_ms = clock.ms, execution_time_ms = clock.ms
    FROM (
      SELECT LEAST(2147483647, active_ms + GREATEST(0, round(1000 * extract(epoch FROM
        $9::timestamptz - COALESCE(active_since, $9::timestamptz)))))::int AS ms
      FROM executions WHERE id = $1::uuid
    ) AS clock
    WHERE id = $1::uuid AND attempt_id = $2::uuid AND status = 'running'
      AND NOT EXISTS (SELECT 1 FROM model_calls WHERE execution_id = $1::uuid)
      AND NOT EXISTS (SELECT 1 FROM host_calls WHERE execution_id = $1::uuid)
      AND NOT EXISTS (SELECT 1 FROM waits WHERE execution_id = $1::uuid)
      AND NOT EXISTS (
        SELECT 1 FROM execution_steps AS open
        WHERE open.execution_id = $1::uuid AND open.status IN ('pending', 'running', 'waiting') AND NOT EXISTS (
          SELECT 1 FROM json_to_recordset($4::json) AS ended("nodeId" text, iteration text)
          WHERE ended."nodeId" = open.node_id AND ended.iteration = open.iteration))
    RETURNING id, last_seq, workspace_id, workflow_id, created_by_id, execution_time_ms
  ), ${EVENTS_AND_STEPS}
  SELECT last_seq AS "lastSeq", created_by_id AS "userId", workflow_id AS "workflowId", execution_time_ms AS "executionTimeMs", EXISTS (
    SELECT 1 FROM executions AS next WHERE next.workspace_id = owned.workspace_id AND next.status = 'queued'
  ) AS "moreQueued" FROM owned`,
};
