import { ERROR_PORT, type WorkflowNode } from '../definition/workflow-definition.ts';
import { isExecutionError, toExecutionErrorData } from '../errors/to-execution-error.ts';
import { BACK_PORT, type ExecuteResult } from '../nodes/node-type.ts';
import type { WaitingStep } from './execution.ts';
import type { ExecutionErrorData } from './execution-errors.ts';
import { type JsonOutput, sizedJson, toJsonOutput } from './json-output.ts';
import { invalidWorkflow } from './plan.ts';
import { delayBeforeRetry } from './retry.ts';
import { type Attempt, runAttempt } from './run-attempt.ts';
import { createStepLog } from './step-log.ts';
import { createStepReports } from './step-reports.ts';

export type Step = Omit<Attempt, 'attempt' | 'log' | 'report'> & {
  /** From 1; more when an execution is resumed that was interrupted in a later attempt. */
  firstAttempt: number;
};

/** How a step ended. */
export type StepEnd =
  | { kind: 'completed'; attempt: number; output: JsonOutput; ports: string[]; details: StepDetails }
  /** `handedOn`: the on-error policy lets the scope go on with it. */
  | { kind: 'failed'; attempt: number; error: ExecutionErrorData; handedOn?: { output: JsonOutput; ports: string[] } }
  | { kind: 'waiting'; attempt: number; wait: Pick<WaitingStep, 'kind' | 'until'>; inside: readonly WaitingStep[] }
  | { kind: 'cancelled' };

type StepDetails = Pick<ExecuteResult, 'reason' | 'model' | 'usage' | 'costUsd' | 'cached'>;

/** Runs a step to its end, attempt after attempt. Never rejects; says on the way what it logs and when it tries again. */
export const runStep = async (step: Step): Promise<StepEnd> => {
  const { engine, plan, iteration, signal } = step;
  const { node } = plan;
  const { now } = engine.host.clock;
  const told = { step: { nodeId: node.id, iteration }, now, emit: engine.emit };
  const log = createStepLog(told);
  const report = createStepReports({ ...told, log });

  for (let attempt = step.firstAttempt; ; attempt += 1) {
    try {
      const end = node.disabled ? passThrough(step) : await runAttempt({ ...step, attempt, log, report });
      if (end.kind === 'waiting') return { ...end, attempt };
      return completed(step, attempt, end.result);
    } catch (error) {
      if (signal.aborted) return { kind: 'cancelled' };
      const data = errorOf(error, node);
      const delayMs = delayBeforeRetry(node.retry, attempt, error);
      if (delayMs === undefined) return failed(step, attempt, data);
      engine.emit({ type: 'step_retrying', at: now(), ...told.step, attempt, delayMs, error: data });
      if (!(await slept(step, delayMs))) return { kind: 'cancelled' };
    }
  }
};

const passThrough = ({ values, plan }: Step): { kind: 'completed'; result: ExecuteResult } => ({
  kind: 'completed',
  result: {
    output: values.previous,
    ports: [...plan.ports],
    reason: 'Disabled: what came in is handed on.',
  },
});

const completed = ({ plan }: Step, attempt: number, result: ExecuteResult): StepEnd => {
  const { reason, model, usage, costUsd, cached, ports = ['out'] } = result;
  if (ports.includes(BACK_PORT) && !plan.mayGoBack) {
    throw invalidWorkflow(`“${plan.node.name}” sends a step back that does not lead to it.`);
  }
  return {
    kind: 'completed',
    attempt,
    output: toJsonOutput(result.output, `The output of “${plan.node.name}”`),
    ports,
    details: { reason, model, usage, costUsd, cached },
  };
};

/** A failure inside a container names the step where it happened. */
const errorOf = (error: unknown, node: WorkflowNode): ExecutionErrorData =>
  toExecutionErrorData(error, (isExecutionError(error) && error.data.nodeId) || node.id);

const failed = ({ plan }: Step, attempt: number, error: ExecutionErrorData): StepEnd => {
  const { node, ports } = plan;
  const { code, message, hint } = error;
  switch (node.onError) {
    case 'continue':
      return {
        kind: 'failed',
        attempt,
        error,
        handedOn: { output: sizedJson(node.onErrorValue ?? null), ports: [...ports] },
      };
    case 'branch': {
      const output = sizedJson({ error: { code, message, ...(hint === undefined ? {} : { hint }) } });
      return { kind: 'failed', attempt, error, handedOn: { output, ports: [ERROR_PORT] } };
    }
    default:
      return { kind: 'failed', attempt, error };
  }
};

/** `false` when the step was stopped meanwhile. */
const slept = async ({ engine, signal, slot }: Step, delayMs: number): Promise<boolean> => {
  try {
    await engine.host.clock.sleep(delayMs, signal);
    // It lent its slot to what the attempt before ran inside itself. Lending it again is what ends the wait for it.
    signal.addEventListener('abort', slot.lend);
    await slot.regain();
    return !signal.aborted;
  } catch {
    return false;
  } finally {
    signal.removeEventListener('abort', slot.lend);
  }
};
