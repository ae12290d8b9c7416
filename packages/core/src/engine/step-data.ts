import type { ExpressionScope } from '../expressions/expression.ts';
import { ancestorsOf } from '../graph/graph.ts';
import { formatMebibytes, type JsonOutput, outputTooLarge } from './json-output.ts';
import { MAX_OUTPUT_BYTES } from './limits.ts';
import { activePredecessors, type Schedule } from './scheduler.ts';

/** The data of an execution: its input and what its steps have handed on so far. */
export type ExecutionData = {
  executionId: string | undefined;
  input: unknown;
  /** By node id; of a failure that was ignored, `null`. Skipped nodes have none. */
  outputs: Map<string, JsonOutput>;
};

export const NO_OUTPUT: JsonOutput = { value: null, bytes: 4 };

/** What a node about to start sees. */
export const scopeOf = (nodeId: string, schedule: Schedule, data: ExecutionData): ExpressionScope => {
  let steps: ExpressionScope['steps'] | undefined;
  return {
    input: data.input,
    previous: previousOf(nodeId, schedule, data),
    /** Made when somebody looks: most steps see `previous` only, and gathering all ancestors costs their number. */
    get steps() {
      steps ??= finishedAncestors(nodeId, schedule, data);
      return steps;
    },
    ...(data.executionId === undefined ? {} : { execution: { id: data.executionId } }),
  };
};

/**
 * Ancestors only, in the definition's order: which other branch is finished by now, and which step came first, is
 * chance, and a run must not depend on it.
 */
const finishedAncestors = (
  nodeId: string,
  { graph }: Schedule,
  { outputs }: ExecutionData,
): ExpressionScope['steps'] => {
  const ancestors = ancestorsOf(graph, nodeId);
  const finished = [...graph.nodes.keys()].filter((id) => ancestors.has(id) && outputs.has(id));
  return Object.fromEntries(finished.map((id) => [id, { output: outputs.get(id)?.value }]));
};

/** One predecessor's output as it is, several by their ids; where nothing leads, the workflow's input. */
const previousOf = (nodeId: string, schedule: Schedule, { input, outputs }: ExecutionData): unknown => {
  const predecessors = activePredecessors(schedule, nodeId);
  const [only] = predecessors;
  if (only === undefined) return input;
  if (predecessors.length === 1) return outputs.get(only)?.value ?? null;
  return Object.fromEntries(predecessors.map((id) => [id, outputs.get(id)?.value ?? null]));
};

/** `previous` as `step_started` tells it: several large outputs together would burst an event, and stand elsewhere already. */
export const reportedInput = (
  nodeId: string,
  previous: unknown,
  schedule: Schedule,
  { outputs }: ExecutionData,
): unknown => {
  const predecessors = activePredecessors(schedule, nodeId);
  const bytes = totalBytes(predecessors, outputs);
  return bytes <= MAX_OUTPUT_BYTES
    ? previous
    : `(${formatMebibytes(bytes)} from ${predecessors.length} steps: ${predecessors.join(', ')})`;
};

/** One output node's value as it is; of several, those that completed, by id. Throws `output_too_large`. */
export const resultsOf = (schedule: Schedule, { outputs }: ExecutionData): unknown => {
  const outputIds = [...schedule.graph.nodes.values()].filter((node) => node.type === 'output').map((node) => node.id);
  const [only] = outputIds;
  if (only !== undefined && outputIds.length === 1) return outputs.get(only)?.value ?? null;
  const completed = outputIds.filter((id) => outputs.has(id));
  const bytes = totalBytes(completed, outputs);
  if (bytes > MAX_OUTPUT_BYTES) throw outputTooLarge(bytes, 'The results');
  return Object.fromEntries(completed.map((id) => [id, outputs.get(id)?.value]));
};

const totalBytes = (nodeIds: string[], outputs: ExecutionData['outputs']): number =>
  nodeIds.reduce((total, id) => total + (outputs.get(id)?.bytes ?? 0), 0);
