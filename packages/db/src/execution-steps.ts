import type { WorkflowDefinition, WorkflowNode } from '@agentweaver/core/definition/workflow-definition';
import type { FinishedStep } from '@agentweaver/core/engine/events';
import type { PrismaTransaction } from './client.ts';
import type { StoredEngineEvent } from './execution-events.ts';
import { storableJson, storableText } from './json.ts';

/**
 * Gives every node a step. On a resumed execution the finished steps stay as they are
 * and come back; what was in the middle starts again.
 */
export const prepareSteps = async (
  tx: PrismaTransaction,
  executionId: string,
  definition: WorkflowDefinition,
): Promise<FinishedStep[]> => {
  await tx.executionStep.createMany({
    data: definition.nodes.map((node) => ({
      executionId,
      nodeId: node.id,
      nodeType: node.type,
      nodeName: node.name,
      agentRole: agentRole(node),
    })),
    skipDuplicates: true,
  });
  await tx.executionStep.updateMany({
    where: { executionId, status: 'running' },
    data: { status: 'pending', startedAt: null },
  });
  const rows = await tx.executionStep.findMany({
    where: {
      executionId,
      OR: [{ status: { in: ['completed', 'skipped'] } }, { status: 'failed', continued: true }],
    },
    orderBy: [{ completedAt: 'asc' }, { nodeId: 'asc' }],
    select: { nodeId: true, status: true, output: true, ports: true },
  });
  return rows.map(({ nodeId, status, output, ports }): FinishedStep => {
    if (status === 'completed') return { status, nodeId, output, ports };
    return { status: status === 'skipped' ? 'skipped' : 'failed', nodeId };
  });
};

const agentRole = ({ type, config }: WorkflowNode): string | undefined =>
  type === 'agent' && typeof config.role === 'string' ? storableText(config.role) : undefined;

/** What a batch of events says of one step; only the members that are there are written. */
type StepPatch = {
  nodeId: string;
  status?: 'running' | 'completed' | 'failed' | 'skipped' | 'cancelled';
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
  startedAt?: number;
  completedAt?: number;
};

/** Folds a batch into one patch per step. */
const foldSteps = (events: readonly StoredEngineEvent[]): StepPatch[] => {
  const patches = new Map<string, StepPatch>();
  for (const event of events) {
    if (event.type === 'execution_started' || event.type === 'step_log') continue;
    const { nodeId } = event;
    const before = patches.get(nodeId) ?? { nodeId };
    const patch = { ...before, ...patchOf(event) };
    // A step starts with its first attempt.
    patches.set(nodeId, { ...patch, startedAt: before.startedAt ?? patch.startedAt });
  }
  return [...patches.values()];
};

type StepEvent = Exclude<StoredEngineEvent, { type: 'execution_started' | 'step_log' }>;

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
        completedAt: event.at,
      };
    case 'step_failed':
      return {
        status: 'failed',
        attempts: event.attempt,
        error: { value: event.error },
        continued: event.continued,
        completedAt: event.at,
      };
    case 'step_skipped':
      return { status: 'skipped', reason: event.reason, completedAt: event.at };
    case 'step_cancelled':
      return { status: 'cancelled', completedAt: event.at };
  }
};

/**
 * Writes a batch of events to the step rows in one statement. A step that has ended is not touched again. Tokens and
 * cost only grow: `settleModelCall` adds up all attempts there, an event knows the last one only.
 */
export const applyToSteps = async (
  tx: PrismaTransaction,
  executionId: string,
  events: readonly StoredEngineEvent[],
): Promise<void> => {
  const patches = foldSteps(events);
  if (patches.length === 0) return;
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
        started_at = COALESCE(step.started_at, to_timestamp(patch."startedAt" / 1000.0)),
        completed_at = COALESCE(to_timestamp(patch."completedAt" / 1000.0), step.completed_at),
        duration_ms = CASE WHEN patch."completedAt" IS NULL THEN step.duration_ms
          ELSE LEAST(2147483647, GREATEST(0, round(patch."completedAt" - extract(epoch FROM
            COALESCE(step.started_at, to_timestamp(patch."startedAt" / 1000.0))) * 1000)))::int END
    FROM json_to_recordset(${json}::json) AS patch(
      "nodeId" text, status text, attempts int, input json, output json, ports text[], error jsonb,
      continued boolean, reason text, model text, "inputTokens" int, "outputTokens" int, "costUsd" numeric,
      "startedAt" numeric, "completedAt" numeric)
    WHERE step.execution_id = ${executionId}::uuid AND step.node_id = patch."nodeId"
      AND step.status IN ('pending', 'running')`;
};
