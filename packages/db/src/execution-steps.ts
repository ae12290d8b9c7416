import type { WorkflowNode } from '@agentweaver/core/definition/workflow-definition';
import { stepKey } from '@agentweaver/core/engine/step-key';
import type { PrismaTransaction } from './client.ts';
import type { StoredEngineEvent } from './execution-events.ts';
import { storableJson, storableText } from './json.ts';
import { newStep } from './step-rows.ts';

/** The node that a step runs: of the execution's definition, or of a workflow that runs inside one of its steps. */
export type FindStepNode = (step: { nodeId: string; iteration: string }) => WorkflowNode | undefined;

/** What a batch of events says of one step; only the members that are there are written. */
type StepPatch = {
  nodeId: string;
  iteration: string;
  status?: 'running' | 'waiting' | 'completed' | 'failed' | 'skipped' | 'cancelled';
  attempts?: number;
  input?: { value: unknown };
  output?: { value: unknown };
  ports?: string[];
  error?: { value: unknown };
  continued?: boolean;
  reason?: string;
  model?: string;
  inputTokens?: number;
  outputTokens?: number;
  costUsd?: number;
  cached?: boolean;
  startedAt?: number;
  completedAt?: number;
};

/** Events that say nothing of the step's row. */
const ONLY_LOGGED = ['execution_started', 'step_log', 'tool_started', 'tool_completed', 'message'] as const;
type StepEvent = Exclude<StoredEngineEvent, { type: (typeof ONLY_LOGGED)[number] }>;

const isStepEvent = (event: StoredEngineEvent): event is StepEvent =>
  !(ONLY_LOGGED as readonly string[]).includes(event.type);

/** Folds a batch into one patch per step. */
const foldSteps = (events: readonly StepEvent[]): StepPatch[] => {
  const patches = new Map<string, StepPatch>();
  for (const event of events) {
    const { nodeId, iteration } = event;
    const key = stepKey(nodeId, iteration);
    const before = patches.get(key) ?? { nodeId, iteration };
    const patch = { ...before, ...patchOf(event) };
    // A step starts with its first attempt.
    patches.set(key, { ...patch, startedAt: before.startedAt ?? patch.startedAt });
  }
  return [...patches.values()];
};

const patchOf = (event: StepEvent): Partial<StepPatch> => {
  switch (event.type) {
    case 'step_started':
      return {
        status: 'running',
        attempts: event.attempt,
        input: { value: event.input },
        error: { value: null },
        startedAt: event.at,
      };
    case 'step_retrying':
      return { status: 'running', attempts: event.attempt, error: { value: event.error } };
    case 'step_waiting':
      return { status: 'waiting', attempts: event.attempt };
    case 'step_completed':
      return {
        status: 'completed',
        attempts: event.attempt,
        output: { value: event.output },
        error: { value: null },
        ports: event.ports,
        reason: event.reason,
        model: event.model,
        inputTokens: event.usage?.inputTokens,
        outputTokens: event.usage?.outputTokens,
        costUsd: event.costUsd,
        cached: event.cached,
        completedAt: event.at,
      };
    case 'step_failed':
      return {
        status: 'failed',
        attempts: event.attempt,
        error: { value: event.error },
        continued: event.continued,
        ...(event.continued ? { output: { value: event.output ?? null }, ports: event.ports ?? [] } : {}),
        completedAt: event.at,
      };
    case 'step_skipped':
      return { status: 'skipped', reason: event.reason, completedAt: event.at };
    case 'step_cancelled':
      return { status: 'cancelled', completedAt: event.at };
  }
};

/**
 * Writes a batch of events to the step rows. Steps in iterations get their row with the first thing that is told of
 * them. A step that has ended is not touched again. Tokens and cost only grow: `settleModelCall` adds up all attempts
 * there, an event knows the last one only.
 */
export const applyToSteps = async (
  tx: PrismaTransaction,
  executionId: string,
  events: readonly StoredEngineEvent[],
  findNode: FindStepNode = () => undefined,
): Promise<void> => {
  const patches = foldSteps(events.filter(isStepEvent));
  if (patches.length === 0) return;
  await addRows(tx, executionId, patches, findNode);
  const json = JSON.stringify(storableJson(patches));
  await tx.$executeRaw`
    UPDATE execution_steps AS step
    SET status = COALESCE(patch.status::step_status, step.status),
        attempts = COALESCE(patch.attempts, step.attempts),
        input = CASE WHEN patch.input IS NULL THEN step.input ELSE patch.input -> 'value' END,
        output = CASE WHEN patch.output IS NULL THEN step.output ELSE patch.output -> 'value' END,
        error = CASE WHEN patch.error IS NULL THEN step.error ELSE NULLIF(patch.error -> 'value', 'null') END,
        ports = COALESCE(patch.ports, step.ports),
        continued = COALESCE(patch.continued, step.continued),
        reason = COALESCE(patch.reason, step.reason),
        model = COALESCE(patch.model, step.model),
        input_tokens = GREATEST(step.input_tokens, patch."inputTokens"),
        output_tokens = GREATEST(step.output_tokens, patch."outputTokens"),
        cost_usd = GREATEST(step.cost_usd, patch."costUsd"),
        cached = COALESCE(patch.cached, step.cached),
        started_at = COALESCE(step.started_at, to_timestamp(patch."startedAt" / 1000.0)),
        completed_at = COALESCE(to_timestamp(patch."completedAt" / 1000.0), step.completed_at),
        duration_ms = CASE WHEN patch."completedAt" IS NULL THEN step.duration_ms
          ELSE LEAST(2147483647, GREATEST(0, round(patch."completedAt" - extract(epoch FROM
            COALESCE(step.started_at, to_timestamp(patch."startedAt" / 1000.0))) * 1000)))::int END
    FROM json_to_recordset(${json}::json) AS patch(
      "nodeId" text, iteration text, status text, attempts int, input json, output json, ports text[], error jsonb,
      continued boolean, reason text, model text, "inputTokens" int, "outputTokens" int, "costUsd" numeric,
      cached boolean, "startedAt" numeric, "completedAt" numeric)
    WHERE step.execution_id = ${executionId}::uuid AND step.node_id = patch."nodeId"
      AND step.iteration = patch.iteration AND step.status IN ('pending', 'running', 'waiting')`;
  await giveUpWaits(tx, executionId, patches);
};

const addRows = async (
  tx: PrismaTransaction,
  executionId: string,
  patches: readonly StepPatch[],
  findNode: FindStepNode,
): Promise<void> => {
  const rows = patches.flatMap(({ nodeId, iteration }) => {
    const node = iteration === '' ? undefined : findNode({ nodeId, iteration });
    return node ? [{ executionId, iteration, ...newStep(node) }] : [];
  });
  if (rows.length > 0) await tx.executionStep.createMany({ data: rows, skipDuplicates: true });
};

/** A step that has ended waits for nothing any more; questions of it that are still open leave the inbox. */
const giveUpWaits = async (
  tx: PrismaTransaction,
  executionId: string,
  patches: readonly StepPatch[],
): Promise<void> => {
  const ended = patches.filter(({ completedAt }) => completedAt !== undefined);
  if (ended.length === 0) return;
  const nodeIds = ended.map(({ nodeId }) => storableText(nodeId));
  const iterations = ended.map(({ iteration }) => storableText(iteration));
  await tx.$executeRaw`
    UPDATE waits SET closed_at = clock_timestamp()
    FROM unnest(${nodeIds}::text[], ${iterations}::text[]) AS ended(node_id, iteration)
    WHERE waits.execution_id = ${executionId}::uuid AND waits.closed_at IS NULL
      AND waits.node_id = ended.node_id AND waits.iteration = ended.iteration`;
};
