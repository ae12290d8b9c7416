import { describeIssues } from '../definition/describe-issue.ts';
import type { WorkflowNode } from '../definition/workflow-definition.ts';
import { type ExpressionScope, evaluateExpression } from '../expressions/expression.ts';
import { evaluateTemplate, renderTemplate } from '../expressions/template.ts';
import type { Host } from '../host/host.ts';
import type { ExecuteContext, ExecuteResult } from '../nodes/node-type.ts';
import { ExecutionError } from './execution-errors.ts';
import type { NodeRuntime } from './node-runtime.ts';
import { withDeadline } from './with-deadline.ts';

export type Attempt = {
  node: WorkflowNode;
  runtime: NodeRuntime | undefined;
  /** From 1. */
  attempt: number;
  scope: ExpressionScope;
  host: Host;
  signal: AbortSignal;
  log: ExecuteContext<unknown>['log'];
};

/** One attempt of one node. Rejects with whatever the node threw, `node_timeout`, or the signal's reason. */
export const runAttempt = async (attempt: Attempt): Promise<ExecuteResult> => {
  const { node, runtime, host, signal } = attempt;
  if (!runtime) throw invalidWorkflow(`“${node.name}” has the type “${node.type}”, which does not exist here.`);
  const config = readConfig(node, runtime);
  const timeoutMs = node.timeoutMs ?? runtime.definition.defaultTimeoutMs;
  return withDeadline(
    { signal, timeoutMs, timeoutError: () => timedOut(node, timeoutMs), clock: host.clock },
    async (inner) =>
      // The config comes from the type's own schema, which is all that `never` asks for.
      runtime.execute(contextOf({ ...attempt, signal: inner }, config, timeoutMs) as ExecuteContext<never>),
  );
};

const readConfig = (node: WorkflowNode, { definition }: NodeRuntime): Record<string, unknown> => {
  const parsed = definition.config.safeParse(node.config, { reportInput: true });
  if (parsed.success) return parsed.data;
  const issues = describeIssues(parsed.error.issues).map(({ path, description }) => `${path.join('.')} ${description}`);
  throw invalidWorkflow(`“${node.name}”: ${issues.join('; ')}.`);
};

const contextOf = (attempt: Attempt, config: unknown, timeoutMs: number): ExecuteContext<unknown> => {
  const { node, scope, host, signal, log } = attempt;
  let calls = 0;
  return {
    nodeId: node.id,
    config,
    input: scope.input,
    previous: scope.previous,
    get steps() {
      return scope.steps;
    },
    evaluate: (template) => evaluateTemplate(template, scope),
    render: (template) => renderTemplate(template, scope),
    query: (expression) => evaluateExpression(expression, scope),
    host,
    nextCall: () => ({ nodeId: node.id, attempt: attempt.attempt, index: calls++, signal }),
    signal,
    // What an attempt says after its end belongs to nothing any more.
    log: (...line) => {
      if (!signal.aborted) log(...line);
    },
    timeoutMs,
  };
};

const invalidWorkflow = (message: string): ExecutionError =>
  new ExecutionError({
    code: 'invalid_workflow',
    message,
    hint: 'Open the workflow in the builder and correct this node.',
  });

const timedOut = (node: WorkflowNode, timeoutMs: number): ExecutionError =>
  new ExecutionError({
    code: 'node_timeout',
    message: `“${node.name}” did not finish within ${timeoutMs / 1_000} s.`,
    hint: 'Give the node more time, or less to do.',
  });
