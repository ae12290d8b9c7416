import type { WorkflowDefinition } from '@agentweaver/core/definition/workflow-definition';
import type { ExecutionErrorData } from '@agentweaver/core/engine/execution-errors';
import type { SandboxExit } from '../sandbox/sandbox.ts';

export type SandboxFailure = { error: ExecutionErrorData; failedSteps: Map<string, ExecutionErrorData> };

type Situation = {
  definition: WorkflowDefinition;
  memoryMb: number;
  /** Steps that were running. */
  running: readonly string[];
  /** Of those, the ones that only waited for an answer from outside. */
  waiting: ReadonlySet<string>;
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

/** Steps that were waiting for the outside did nothing in the sandbox: they are not to blame if another was at work. */
const suspects = ({ running, waiting }: Situation): readonly string[] => {
  const busy = running.filter((nodeId) => !waiting.has(nodeId));
  return busy.length > 0 ? busy : running;
};

const whereOf = (situation: Situation): string => {
  const names = suspects(situation).map(
    (id) => `“${situation.definition.nodes.find((node) => node.id === id)?.name ?? id}”`,
  );
  return names.length === 0 ? '' : ` while ${names.join(', ')} ran`;
};

const blame = (situation: Situation, error: ExecutionErrorData): SandboxFailure => {
  const ids = suspects(situation);
  const [only] = ids;
  return {
    error: ids.length === 1 && only !== undefined ? { ...error, nodeId: only } : error,
    failedSteps: new Map(ids.map((nodeId) => [nodeId, { ...error, nodeId }])),
  };
};
