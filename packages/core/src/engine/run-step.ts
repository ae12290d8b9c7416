import type { WorkflowNode } from '../definition/workflow-definition.ts';
import { toExecutionErrorData } from '../errors/to-execution-error.ts';
import type { ExpressionScope } from '../expressions/expression.ts';
import type { Host } from '../host/host.ts';
import type { ExecuteResult } from '../nodes/node-type.ts';
import type { EngineEvent } from './events.ts';
import type { ExecutionErrorData } from './execution-errors.ts';
import { type JsonOutput, toJsonOutput } from './json-output.ts';
import type { NodeRuntime } from './node-runtime.ts';
import { delayBeforeRetry } from './retry.ts';
import { runAttempt } from './run-attempt.ts';
import { createStepLog } from './step-log.ts';

export type Step = {
  node: WorkflowNode;
  runtime: NodeRuntime | undefined;
  /** Ports that edges leave from: all of them are taken when the node is disabled. */
  connectedPorts: string[];
  scope: ExpressionScope;
  host: Host;
  /** From 1; more when an execution is resumed that was interrupted in a later attempt. */
  firstAttempt: number;
  /** Aborted when the execution stops. */
  signal: AbortSignal;
  emit: (event: EngineEvent) => void;
};

/** How a step ended. */
export type StepEnd =
  | { kind: 'completed'; attempt: number; output: JsonOutput; ports: string[]; details: StepDetails }
  | { kind: 'failed'; attempt: number; error: ExecutionErrorData; continued: boolean }
  | { kind: 'cancelled' };

type StepDetails = Pick<ExecuteResult, 'reason' | 'model' | 'usage' | 'costUsd'>;

/** Runs a step to its end, attempt after attempt. Never rejects; says on the way what it logs and when it tries again. */
export const runStep = async (step: Step): Promise<StepEnd> => {
  const { node, host, signal, emit } = step;
  const now = host.clock.now;
  const log = createStepLog({ nodeId: node.id, now, emit });

  for (let attempt = step.firstAttempt; ; attempt += 1) {
    try {
      const result = node.disabled ? passThrough(step) : await runAttempt({ ...step, attempt, log });
      return completed(node, attempt, result);
    } catch (error) {
      if (signal.aborted) return { kind: 'cancelled' };
      const data = toExecutionErrorData(error, node.id);
      const delayMs = delayBeforeRetry(node.retry, attempt, error);
      if (delayMs === undefined)
        return { kind: 'failed', attempt, error: data, continued: node.onError === 'continue' };
      emit({ type: 'step_retrying', at: now(), nodeId: node.id, attempt, delayMs, error: data });
      if (!(await slept(step, delayMs))) return { kind: 'cancelled' };
    }
  }
};

const passThrough = ({ scope, connectedPorts }: Step): ExecuteResult => ({
  output: scope.previous,
  ports: connectedPorts,
  reason: 'Disabled: what came in is handed on.',
});

const completed = (node: WorkflowNode, attempt: number, result: ExecuteResult): StepEnd => {
  const { reason, model, usage, costUsd } = result;
  return {
    kind: 'completed',
    attempt,
    output: toJsonOutput(result.output, `The output of “${node.name}”`),
    ports: result.ports ?? ['out'],
    details: { reason, model, usage, costUsd },
  };
};

/** `false` when the execution stopped meanwhile. */
const slept = async ({ host, signal }: Step, delayMs: number): Promise<boolean> => {
  try {
    await host.clock.sleep(delayMs, signal);
    return !signal.aborted;
  } catch {
    return false;
  }
};
