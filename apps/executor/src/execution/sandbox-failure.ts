import type { ExecutionErrorData } from '@agentweaver/core/engine/execution-errors';
import { stepKey } from '@agentweaver/core/engine/step-key';
import type { SandboxExit } from '../sandbox/sandbox.ts';
import type { StepRef } from './step-places.ts';

/** `failedSteps` by `stepKey`. */
export type SandboxFailure = { error: ExecutionErrorData; failedSteps: Map<string, ExecutionErrorData> };

type Situation = {
  memoryMb: number;
  /** Steps that were running. */
  running: readonly StepRef[];
  /** Of those, the ones that only waited for an answer from outside, by `stepKey`. */
  waiting: ReadonlySet<string>;
  nameOf: (step: StepRef) => string;
};

/** What to tell when an engine ended without saying how. */
export const describeExit = (exit: SandboxExit, situation: Situation): SandboxFailure => {
  const where = whereOf(situation);
  if (exit.outOfMemory) {
    return blame(situation, {
      code: 'sandbox_out_of_memory',
      message: `The sandbox used more than its ${situation.memoryMb} MiB of memory and was stopped${where}.`,
      hint: 'Work on less data at a time, or raise the memory in the settings of the workflow, up to what the plan allows.',
    });
  }
  return blame(situation, {
    code: 'sandbox_crashed',
    message: `The sandbox ended by itself (exit code ${exit.code})${where}.`,
    hint: 'Run it again. If it goes on, look at the code of this step; the operator finds more in the log of the executor.',
  });
};

export const describeSilence = (seconds: number, situation: Situation): SandboxFailure =>
  blame(situation, {
    code: 'sandbox_unresponsive',
    message: `The engine did not answer for ${seconds} s and was stopped${whereOf(situation)}.`,
    hint: 'Look for an expression that runs without end, or a regular expression that backtracks on long texts.',
  });

/**
 * Steps that were waiting for the outside, or for the steps of their body, did nothing in the sandbox: they are not to
 * blame if another was at work.
 */
const suspects = ({ running, waiting }: Situation): readonly StepRef[] => {
  const leaves = running.filter((step) => !running.some(({ iteration }) => isInside(iteration, step)));
  const busy = leaves.filter((step) => !waiting.has(stepKey(step.nodeId, step.iteration)));
  return busy.length > 0 ? busy : leaves;
};

const isInside = (iteration: string, { nodeId, iteration: outer }: StepRef): boolean => {
  const key = stepKey(nodeId, outer);
  return iteration.startsWith(`${key}[`) || iteration.startsWith(`${key}#`);
};

const whereOf = (situation: Situation): string => {
  // Many rounds of one node are one culprit.
  const names = [...new Set(suspects(situation).map((step) => `“${situation.nameOf(step)}”`))];
  return names.length === 0 ? '' : ` while ${names.join(', ')} ran`;
};

const blame = (situation: Situation, error: ExecutionErrorData): SandboxFailure => {
  const steps = suspects(situation);
  const ids = new Set(steps.map(({ nodeId }) => nodeId));
  const [only] = ids;
  return {
    error: ids.size === 1 && only !== undefined ? { ...error, nodeId: only } : error,
    failedSteps: new Map(
      steps.map(({ nodeId, iteration }) => [stepKey(nodeId, iteration), { ...error, nodeId }] as const),
    ),
  };
};
