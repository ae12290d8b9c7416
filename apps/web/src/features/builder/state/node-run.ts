import type { WorkflowEdge } from '@agentweaver/core/definition/workflow-definition';
import type { RoundCounts, StepStatus, StepView } from '../../executions/execution-view.ts';
import { statusOfRounds } from '../../executions/round-status.ts';
import type { RunState } from './run-store.ts';

export const nodeStatus = (
  step: Pick<StepView, 'status'> | undefined,
  rounds: RoundCounts | undefined,
): StepStatus | undefined => (rounds ? statusOfRounds(rounds) : step?.status);

/**
 * How far a container is: a round counts as begun with its first step and as over with its last, so the body's nodes
 * give both. `undefined` before the first round.
 */
export const bodyProgress = (
  rounds: RunState['rounds'],
  body: readonly string[],
): { done: number; total: number; failed: number } | undefined => {
  const known = body.flatMap((id) => rounds[id] ?? []);
  if (known.length === 0) return undefined;
  return {
    total: Math.max(...known.map((one) => one.total)),
    // A node that no round has reached yet is not known at all.
    done: known.length < body.length ? 0 : Math.min(...known.map(doneRounds)),
    failed: Math.max(...known.map((one) => one.failed)),
  };
};

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
    // Of a target that runs once after several rounds, the last of them decides. Else which ports the single runs
    // took is not known here: what the target did says whether data came.
    if (!rounds[edge.target] && !several.ports.includes(edge.sourcePort)) return 'idle';
    const took = several.completed > 0 && target !== undefined && target !== 'pending' && target !== 'skipped';
    return took ? (target === 'running' ? 'flowing' : 'taken') : 'idle';
  }
  // The rest of a workflow of which one step alone was run.
  if (target === 'skipped') return 'idle';
  const source = steps[edge.source];
  if (!isSettled(source?.status) || !source?.ports.includes(edge.sourcePort)) return 'idle';
  return target === 'running' ? 'flowing' : 'taken';
};

type Steps = RunState['steps'];

const byNode = new WeakMap<Steps, Map<string, StepView[]>>();

/** The runs of each node that are known one by one, the newest last; of the same steps they are sorted once. */
const groupRuns = (steps: Steps): Map<string, StepView[]> => {
  const known = byNode.get(steps);
  if (known) return known;
  const groups = Map.groupBy(Object.values(steps), (step) => step.nodeId);
  for (const runs of groups.values())
    runs.sort((a, b) => (a.startedAt?.getTime() ?? 0) - (b.startedAt?.getTime() ?? 0));
  byNode.set(steps, groups);
  return groups;
};

const NONE: readonly StepView[] = [];

export const runsOfNode = (steps: Steps, nodeId: string): readonly StepView[] => groupRuns(steps).get(nodeId) ?? NONE;
