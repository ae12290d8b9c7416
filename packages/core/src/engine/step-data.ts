import type { ExpressionScope } from '../expressions/expression.ts';
import type { Feedback } from '../nodes/node-type.ts';
import type { Engine, ScopeRun } from './execution.ts';
import { formatMebibytes, type JsonOutput, outputTooLarge } from './json-output.ts';
import { MAX_OUTPUT_BYTES } from './limits.ts';
import { activePredecessors, type Schedule } from './scheduler.ts';

/** What the steps of one run of a scope have handed on so far. Let go with the scope. */
export type ScopeData = {
  /** By node id. Skipped nodes have none. */
  outputs: Map<string, JsonOutput>;
  /** By the judged node: what sent it round again. */
  feedback: Map<string, Feedback>;
};

/** What the expressions of one step see. */
export type StepValues = ExpressionScope & { feedback?: Feedback };

export type StepScope = { engine: Engine; scope: ScopeRun; schedule: Schedule; data: ScopeData };

/** What a node about to start sees. */
export const valuesOf = (nodeId: string, run: StepScope): StepValues => {
  const { engine, scope, data } = run;
  const feedback = data.feedback.get(nodeId);
  let steps: ExpressionScope['steps'] | undefined;
  return {
    input: scope.input,
    previous: previousOf(nodeId, run),
    /** Made when somebody looks: most steps see `previous` only, and gathering all ancestors costs their number. */
    get steps() {
      steps ??= { ...scope.outer?.steps, ...finishedAncestors(nodeId, run) };
      return steps;
    },
    ...(engine.executionId === undefined ? {} : { execution: { id: engine.executionId } }),
    ...(scope.outer?.item === undefined ? {} : { item: scope.outer.item }),
    ...(scope.outer?.index === undefined ? {} : { index: scope.outer.index }),
    ...(feedback === undefined ? {} : { feedback }),
  };
};

/**
 * Ancestors only, in the definition's order: which other branch is finished by now, and which step came first, is
 * chance, and a run must not depend on it.
 */
const finishedAncestors = (nodeId: string, { scope, data: { outputs } }: StepScope): ExpressionScope['steps'] => {
  const ancestors = scope.plan.nodes.get(nodeId)?.ancestors() ?? [];
  const finished = ancestors.filter((id) => outputs.has(id));
  return Object.fromEntries(finished.map((id) => [id, { output: outputs.get(id)?.value }]));
};

/** The nodes whose outputs are a node's `previous`. */
const sourcesOf = (nodeId: string, { schedule, data: { outputs } }: StepScope): string[] =>
  activePredecessors(schedule, nodeId).filter((id) => outputs.has(id));

/** One predecessor's output as it is, several by their ids; where nothing leads, what the scope begins with. */
const previousOf = (nodeId: string, run: StepScope): unknown => {
  const sources = sourcesOf(nodeId, run);
  return sources.length === 0 ? run.scope.previous : outputsOf(sources, run.data);
};

/** `previous` as `step_started` tells it: several large outputs together would burst an event, and stand elsewhere already. */
export const reportedInput = (nodeId: string, previous: unknown, run: StepScope): unknown => {
  const sources = sourcesOf(nodeId, run);
  if (sources.length < 2) return previous;
  const bytes = totalBytes(sources, run.data);
  return bytes <= MAX_OUTPUT_BYTES
    ? previous
    : `(${formatMebibytes(bytes)} from ${sources.length} steps: ${sources.join(', ')})`;
};

/**
 * What a scope gives: a workflow the outputs of its output nodes, a body those of its last nodes, and where only some
 * nodes were to run, theirs. One such node's output as it is; of several, of those that have one, by id. Throws
 * `output_too_large`.
 */
export const outputOfScope = ({ scope, data }: Pick<StepScope, 'scope' | 'data'>): unknown => {
  const nodeIds = resultNodes(scope);
  if (nodeIds.length === 0) return scope.kind === 'body' ? null : {};
  if (nodeIds.length === 1) return outputsOf(nodeIds, data);
  const finished = nodeIds.filter((id) => data.outputs.has(id));
  const bytes = totalBytes(finished, data);
  if (bytes > MAX_OUTPUT_BYTES) throw outputTooLarge(bytes, scope.kind === 'body' ? 'A round’s output' : 'The results');
  return Object.fromEntries(finished.map((id) => [id, data.outputs.get(id)?.value]));
};

const resultNodes = ({ kind, plan, only }: ScopeRun): string[] => {
  if (only) return [...plan.nodes.keys()].filter((id) => only.has(id));
  if (kind === 'body') return [...plan.lastNodes];
  return [...plan.nodes.values()].filter(({ node }) => node.type === 'output').map(({ node }) => node.id);
};

const outputsOf = (nodeIds: readonly string[], { outputs }: ScopeData): unknown => {
  const [only] = nodeIds;
  if (only !== undefined && nodeIds.length === 1) return outputs.get(only)?.value ?? null;
  return Object.fromEntries(nodeIds.map((id) => [id, outputs.get(id)?.value ?? null]));
};

const totalBytes = (nodeIds: readonly string[], { outputs }: ScopeData): number =>
  nodeIds.reduce((total, id) => total + (outputs.get(id)?.bytes ?? 0), 0);
