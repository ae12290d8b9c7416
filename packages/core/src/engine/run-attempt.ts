import { evaluateExpression, isPlainExpression } from '../expressions/expression.ts';
import { evaluateTemplate, isPlainTemplate, renderTemplate } from '../expressions/template.ts';
import { isSuspended } from '../host/suspended.ts';
import type { ExecuteContext, ExecuteResult, StepReport } from '../nodes/node-type.ts';
import { type Parent, runBodyRound, runNestedWorkflow } from './child-scopes.ts';
import { type Children, createChildren, withChildren } from './children.ts';
import type { Engine, RunScope, ScopeRun, WaitingStep } from './execution.ts';
import { ExecutionError } from './execution-errors.ts';
import type { NodePlan } from './plan.ts';
import { invalidWorkflow } from './plan.ts';
import type { StepSlot } from './slots.ts';
import type { StepValues } from './step-data.ts';
import { type DeadlinePause, withDeadline } from './with-deadline.ts';

export type Attempt = {
  engine: Engine;
  scope: ScopeRun;
  plan: NodePlan;
  iteration: string;
  /** From 1. */
  attempt: number;
  values: StepValues;
  slot: StepSlot;
  signal: AbortSignal;
  log: ExecuteContext<unknown>['log'];
  report: (report: StepReport) => void;
  runScope: RunScope;
};

/** How an attempt ended that did not fail. `inside`: the steps inside it that wait, if it waits for them. */
export type AttemptEnd =
  | { kind: 'completed'; result: ExecuteResult }
  | { kind: 'waiting'; wait: Pick<WaitingStep, 'kind' | 'until'>; inside: readonly WaitingStep[] };

/**
 * One attempt of one node. Rejects with whatever the node threw, `node_timeout`, or the signal's reason. However it
 * ends, nothing that it ran inside itself outlives it.
 */
export const runAttempt = async (attempt: Attempt): Promise<AttemptEnd> => {
  const { engine, plan, signal, slot } = attempt;
  const config = plan.config();
  const { runtime, node } = plan;
  if (!runtime) throw invalidWorkflow(`“${node.name}” has no type that exists here.`);
  const timeoutMs = node.timeoutMs ?? runtime.definition.defaultTimeoutMs;
  const timeoutError = () => timedOut(node.name, timeoutMs);
  let children: Children | undefined;
  try {
    const result = await withDeadline({ signal, timeoutMs, timeoutError, clock: engine.host.clock }, (inner, pause) => {
      const inside = createChildren({ slot, signal: inner });
      children = inside;
      const context = contextOf({ ...attempt, signal: inner }, inside, config, { timeoutMs, pause });
      return withChildren(inside, async () => {
        if (engine.beforeWork && !runtime.definition.onlyEvaluates) await engine.beforeWork(context);
        // The config comes from the type's own schema, which is all that `never` asks for.
        return runtime.execute(context as ExecuteContext<never>);
      });
    });
    await children?.ended();
    return { kind: 'completed', result };
  } catch (error) {
    await children?.ended();
    const inside = children?.waits ?? [];
    if (isSuspended(error) && !signal.aborted) return { kind: 'waiting', wait: error, inside };
    cancelWaiting(engine, inside);
    throw error;
  }
};

/** Steps that wait end as well when nobody waits for them any more. */
export const cancelWaiting = (
  { emit, host }: Engine,
  waits: readonly Pick<WaitingStep, 'nodeId' | 'iteration'>[],
): void => {
  for (const { nodeId, iteration } of waits) emit({ type: 'step_cancelled', at: host.clock.now(), nodeId, iteration });
};

const contextOf = (
  attempt: Attempt,
  children: Children,
  config: unknown,
  { timeoutMs, pause }: { timeoutMs: number; pause: DeadlinePause },
): ExecuteContext<unknown> => {
  const { engine, plan, iteration, values, signal } = attempt;
  const nodeId = plan.node.id;
  const parent: Parent = { ...attempt, nodeId };
  let calls = 0;
  let nested = 0;
  // What an attempt says after its end belongs to nothing any more.
  const whileItRuns =
    <Line extends unknown[]>(say: (...line: Line) => void) =>
    (...line: Line) => {
      if (!signal.aborted) say(...line);
    };
  const report = whileItRuns(attempt.report);
  const onDelta = (text: string) => report({ type: 'step_delta', text });
  // Waiting for a turn at somebody's limit is not the step's own time.
  const onWaiting = (waiting: boolean) => (waiting ? pause.hold() : pause.release());
  /** A turn later only if it has to be. */
  const whenReady =
    <Value>(isPlain: (text: string, scope: StepValues) => boolean, evaluate: (text: string) => Promise<Value>) =>
    async (text: string): Promise<Value> => {
      if (engine.beforeWork && !isPlain(text, values)) await engine.beforeWork({ nodeId, iteration });
      return evaluate(text);
    };
  return {
    nodeId,
    iteration,
    config,
    input: values.input,
    previous: values.previous,
    get steps() {
      return values.steps;
    },
    item: values.item,
    index: values.index,
    feedback: values.feedback,
    evaluate: whenReady(isPlainTemplate, (template) => evaluateTemplate(template, values)),
    render: whenReady(isPlainTemplate, (template) => renderTemplate(template, values)),
    query: whenReady(isPlainExpression, (expression) => evaluateExpression(expression, values)),
    host: engine.host,
    nextCall: () => ({ nodeId, iteration, attempt: attempt.attempt, index: calls++, signal, onDelta, onWaiting }),
    signal,
    runBody: (round) => children.run(async () => runBodyRound(parent, round)),
    runNested: (request) => {
      const index = nested++;
      return children.run(() => runNestedWorkflow(parent, { ...request, index }));
    },
    report,
    log: whileItRuns(attempt.log),
    timeoutMs,
  };
};

const timedOut = (name: string, timeoutMs: number): ExecutionError =>
  new ExecutionError({
    code: 'node_timeout',
    message: `“${name}” did not finish within ${timeoutMs / 1_000} s.`,
    hint: 'Give the node more time, or less to do.',
  });
