import type { WorkflowEdge } from '@agentweaver/core/definition/workflow-definition';
import type { RoundCounts, StepStatus, StepView } from '../../executions/execution-view.ts';
import type { RunState } from './run-store.ts';

/** What became of a node in all its runs together: one status, and how far they are when there are several. */
export type NodeRun = {
  status: StepStatus;
  /** Of nodes with several runs. */
  rounds: RoundCounts | undefined;
};

/** The status that people must know about comes first. */
const statusOfRounds = (rounds: RoundCounts): StepStatus => {
  if (rounds.running > 0) return 'running';
  if (rounds.waiting > 0) return 'waiting';
  if (rounds.failed > 0) return 'failed';
  if (rounds.completed > 0) return 'completed';
  if (rounds.cancelled > 0) return 'cancelled';
  return rounds.skipped > 0 ? 'skipped' : 'pending';
};

export const nodeStatus = (
  step: Pick<StepView, 'status'> | undefined,
  rounds: RoundCounts | undefined,
): StepStatus | undefined => (rounds ? statusOfRounds(rounds) : step?.status);

/** The runs of a node that are finished, whatever came of them. */
export const doneRounds = (rounds: RoundCounts): number =>
  rounds.completed + rounds.failed + rounds.skipped + rounds.cancelled;

const isSettled = (status: StepStatus | undefined): boolean => status === 'completed' || status === 'failed';

/** How an edge took part in the run: data went over it, waits to, or never will. */
export const edgeUse = (
  { steps, rounds }: Pick<RunState, 'steps' | 'rounds'>,
  edge: WorkflowEdge,
): 'taken' | 'flowing' | 'idle' => {
  const target = nodeStatus(steps[edge.target], rounds[edge.target]);
  const several = rounds[edge.source];
  if (several) {
    // Which ports the single runs took is not known here: what the target did says whether data came.
    const took = several.completed > 0 && target !== undefined && target !== 'pending' && target !== 'skipped';
    return took ? (target === 'running' ? 'flowing' : 'taken') : 'idle';
  }
  const source = steps[edge.source];
  if (!isSettled(source?.status) || !source?.ports.includes(edge.sourcePort)) return 'idle';
  return target === 'running' ? 'flowing' : 'taken';
};

/** The runs of a node that are known one by one, the newest last. */
export const runsOfNode = (steps: RunState['steps'], nodeId: string): StepView[] =>
  Object.values(steps)
    .filter((step) => step.nodeId === nodeId)
    .sort((a, b) => (a.startedAt?.getTime() ?? 0) - (b.startedAt?.getTime() ?? 0));
