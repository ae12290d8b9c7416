import type { WorkflowDefinition } from '../definition/workflow-definition.ts';
import type { ExpressionScope } from '../expressions/expression.ts';
import type { BodyRound } from '../nodes/node-type.ts';
import type { Engine, RunScope, ScopeEnd, ScopeRun } from './execution.ts';
import { ExecutionError } from './execution-errors.ts';
import { iterationOfRound } from './iteration.ts';
import { toJsonOutput } from './json-output.ts';
import { MAX_NESTED_WORKFLOWS } from './limits.ts';
import { invalidWorkflow } from './plan.ts';
import { createStopSignal } from './stop-signal.ts';

/** The attempt of a step that something runs inside of. */
export type Parent = {
  engine: Engine;
  scope: ScopeRun;
  nodeId: string;
  iteration: string;
  attempt: number;
  values: ExpressionScope;
  runScope: RunScope;
  /** Aborted when the attempt ends. */
  signal: AbortSignal;
};

/** One round of a container's body. */
export const runBodyRound = (parent: Parent, round: BodyRound): Promise<ScopeEnd> => {
  const { scope, nodeId, values } = parent;
  const plan = scope.workflow.bodies.get(nodeId);
  if (!plan) throw invalidWorkflow(`“${nodeId}” has no body to run.`);
  return runInside(parent, {
    kind: 'body',
    workflow: scope.workflow,
    plan,
    iteration: iterationOfRound(parent, round.index),
    input: scope.input,
    previous: round.previous,
    outer: {
      get steps() {
        return values.steps;
      },
      // A loop inside a map still sees the map's item.
      item: round.item === undefined ? values.item : round.item,
      index: round.index,
    },
    depth: scope.depth,
  });
};

/** Another workflow, which sees nothing of this one but the input it is given. */
export const runNestedWorkflow = async (
  parent: Parent,
  nested: { definition: WorkflowDefinition; input: unknown; index: number },
): Promise<ScopeEnd> => {
  const { engine, scope } = parent;
  const depth = scope.depth + 1;
  if (depth > MAX_NESTED_WORKFLOWS) throw nestedTooDeep();
  const workflow = engine.planOf(nested.definition);
  const input = toJsonOutput(nested.input, 'The workflow’s input').value;
  const iteration = iterationOfRound(parent, nested.index);
  const end = await runInside(parent, {
    kind: 'nested',
    workflow,
    plan: workflow.top,
    iteration,
    input,
    previous: input,
    depth,
  });
  if (end.kind !== 'failed') return end;
  // The failed node is one of another definition: here, nobody knows its id.
  const { nodeId: _, ...error } = end.error;
  return { kind: 'failed', error };
};

const runInside = async (
  { engine, runScope, signal }: Parent,
  scope: Omit<ScopeRun, 'stopping'>,
): Promise<ScopeEnd> => {
  const stopping = createStopSignal(signal);
  try {
    return await runScope(engine, { ...scope, stopping });
  } finally {
    stopping.release();
  }
};

const nestedTooDeep = (): ExecutionError =>
  new ExecutionError({
    code: 'invalid_workflow',
    message: `Workflows call each other more than ${MAX_NESTED_WORKFLOWS} levels deep.`,
    hint: 'Check whether a workflow calls itself, directly or through another one.',
  });
