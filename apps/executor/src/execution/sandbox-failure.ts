import type { ExecutionErrorData } from '@agentweaver/core/engine/execution-errors';
import { stepKey } from '@agentweaver/core/engine/step-key';
import { type SandboxExit, saysHeapIsFull } from '../sandbox/sandbox.ts';
import { SANDBOX_HEAP_SHARE, SANDBOX_OPEN_FILES, SANDBOX_PIDS, SANDBOX_TMP_BYTES } from '../tunables.ts';
import type { StepRef } from './step-places.ts';

/** `failedSteps` by `stepKey`. */
export type SandboxFailure = { error: ExecutionErrorData; failedSteps: Map<string, ExecutionErrorData> };

type Situation = {
  memoryMb: number;
  /** The most that the sandbox held during steps of this execution that have ended, in KiB; absent when none has. */
  peakBeforeKib?: number | undefined;
  /** Steps that were running. */
  running: readonly StepRef[];
  /** Of those, the ones that only waited for an answer from outside, by `stepKey`. */
  waiting: ReadonlySet<string>;
  nameOf: (step: StepRef) => string;
};

/** What to tell when an engine ended without saying how. */
export const describeExit = (exit: SandboxExit, situation: Situation): SandboxFailure => {
  const where = whereOf(situation);
  if (exit.outOfMemory) return describeMemory(exit, situation);
  const limit = LIMITS.find(({ sign }) => sign.test(exit.stderr));
  if (limit) {
    return blame(situation, {
      code: 'sandbox_limit_reached',
      message: `The sandbox reached its limit of ${limit.what} and ended${where}.`,
      hint: limit.hint,
    });
  }
  return blame(situation, {
    code: 'sandbox_crashed',
    message: `The sandbox ended by itself (exit code ${exit.code})${where}.`,
    hint: 'Run it again. If it goes on, look at the code of this step; the operator finds more in the log of the executor.',
  });
};

const describeMemory = ({ stderr }: SandboxExit, situation: Situation): SandboxFailure => {
  const { memoryMb, peakBeforeKib } = situation;
  const heapMb = Math.floor(memoryMb * SANDBOX_HEAP_SHARE);
  const limit = saysHeapIsFull(stderr)
    ? `all of its ${heapMb} MiB for values, of ${memoryMb} MiB in all,`
    : `all of its ${memoryMb} MiB of memory`;
  const before =
    peakBeforeKib === undefined ? '' : ` The steps that had ended before needed at most ${inMib(peakBeforeKib)}.`;
  return blame(situation, {
    code: 'sandbox_out_of_memory',
    message: `The sandbox used ${limit} and was stopped${whereOf(situation)}.${before}`,
    hint: 'Work on less data at a time, run fewer steps in parallel, or raise the memory in the settings of the workflow, up to what the plan allows.',
  });
};

const inMib = (kib: number): string => `${Math.ceil(kib / 1024)} MiB`;

/** What the system says to who has reached a limit. User code may have written it, which changes nothing but this text. */
const LIMITS = [
  {
    sign: /EMFILE|too many open files/i,
    what: `${SANDBOX_OPEN_FILES} open files`,
    hint: 'Steps of a workflow open no files. Look for a Code node that is trying to get out of its context.',
  },
  {
    sign: /ENOSPC|no space left on device/i,
    what: `${SANDBOX_TMP_BYTES / (1024 * 1024)} MiB of temporary files`,
    hint: 'Keep data in the outputs of steps, or in the files of the run.',
  },
  {
    sign: /EAGAIN|ERR_WORKER_INIT_FAILED|pthread_create|Resource temporarily unavailable/,
    what: `${SANDBOX_PIDS} processes and threads`,
    hint: 'Run fewer Code nodes at the same time: lower the parallel steps in the settings of the workflow or of the map.',
  },
] as const;

/** Adds to the error of an execution that was stopped for what its sandbox sent which of its steps were at work. */
export const describeStop = (error: ExecutionErrorData, situation: Situation): SandboxFailure =>
  blame(situation, { ...error, message: error.message.replace(/\.$/, `${whereOf(situation)}.`) });

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
