import type { WorkflowDefinition } from '@agentweaver/core/definition/workflow-definition';
import { byId, containersOf } from '@agentweaver/core/graph/parents';
import { getNodeDefinition } from '@agentweaver/core/nodes/definitions';
import type { RoundCounts, StepStatus, StepView } from '../execution-view.ts';
import { statusOfRounds } from '../round-status.ts';

const NOTHING_YET: Omit<StepView, 'nodeId' | 'nodeType' | 'nodeName'> = {
  iteration: '',
  status: 'pending',
  attempts: 0,
  ports: [],
  error: null,
  reason: null,
  model: null,
  inputTokens: 0,
  outputTokens: 0,
  costUsd: 0,
  startedAt: null,
  completedAt: null,
  durationMs: null,
  cpuMs: null,
  memoryPeakKib: null,
  cached: false,
  reusedFromId: null,
  edited: false,
};

/** All runs of a node as one step: from the first start to the last end, with their sums. */
const summarizeRounds = (counts: RoundCounts, only: StepView | undefined): StepView => {
  const { nodeId, nodeType, nodeName, inputTokens, outputTokens, costUsd, ports, reason } = counts;
  const { cpuMs, memoryPeakKib, startedAt, completedAt } = counts;
  const status = statusOfRounds(counts);
  const ended = status !== 'running' && status !== 'waiting';
  return {
    ...NOTHING_YET,
    ...only,
    nodeId,
    nodeType,
    nodeName,
    inputTokens,
    outputTokens,
    costUsd,
    cpuMs,
    memoryPeakKib,
    ports,
    reason,
    status,
    startedAt,
    completedAt: ended ? completedAt : null,
    durationMs: ended && startedAt && completedAt ? completedAt.getTime() - startedAt.getTime() : null,
  };
};

type Known = {
  /** By `keyOfStep`. */
  steps: Readonly<Record<string, StepView>>;
  rounds: Readonly<Record<string, RoundCounts>>;
};

const OVER: ReadonlySet<StepStatus | undefined> = new Set<StepStatus>(['completed', 'failed', 'skipped', 'cancelled']);

/** What was taken over from another execution came before everything that this one ran. */
const startOf = ({ startedAt, reusedFromId, edited }: StepView): number =>
  startedAt?.getTime() ?? (reusedFromId !== null || edited ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY);

/**
 * One entry for each node, and for each node of a workflow that ran inside a step: in the order they started, then those
 * that have not, in the order of the definition. In a container that is over they never will: its list was empty, or its
 * output was given.
 */
export const listSteps = (definition: WorkflowDefinition, { steps, rounds }: Known): StepView[] => {
  const ids = new Set(definition.nodes.map(({ id }) => id));
  const all = byId(definition.nodes);
  const neverRan = (id: string): boolean => {
    const outermost = containersOf(all, id, getNodeDefinition).at(-1);
    return outermost !== undefined && OVER.has(steps[outermost]?.status);
  };
  const nested = Object.values(rounds).filter(({ nodeId }) => !ids.has(nodeId));
  const own = definition.nodes
    .filter(({ type }) => !getNodeDefinition(type)?.canvasOnly)
    .map(({ id, type, name }) => {
      const counts = rounds[id];
      if (counts) return summarizeRounds(counts, steps[id]);
      if (steps[id]) return steps[id];
      const status: StepStatus = neverRan(id) ? 'skipped' : 'pending';
      return { ...NOTHING_YET, status, nodeId: id, nodeType: type, nodeName: name };
    });
  return [...own, ...nested.map((counts) => summarizeRounds(counts, undefined))]
    .map((step, index) => ({ step, index, from: startOf(step) }))
    .sort((a, b) => (a.from === b.from ? a.index - b.index : a.from - b.from))
    .map(({ step }) => step);
};
