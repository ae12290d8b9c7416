import type { WorkflowEdge } from '@agentweaver/core/definition/workflow-definition';
import { createStore } from 'zustand/vanilla';
import type { ExecutionHead, StepView } from '../../executions/execution-view.ts';

export type RunState = {
  /** The execution that the canvas shows; null before the first run and after it was dismissed. */
  executionId: string | null;
  execution: ExecutionHead | null;
  steps: Readonly<Record<string, StepView>>;
  /** Text that running steps have streamed so far. */
  deltas: Readonly<Record<string, string>>;
  follow: (executionId: string | null) => void;
  show: (live: Pick<RunState, 'execution' | 'steps' | 'deltas'>) => void;
};

/** Run states by node id, apart from the graph: a status tick redraws one badge and no node. */
export const createRunStore = () =>
  createStore<RunState>((set) => ({
    executionId: null,
    execution: null,
    steps: {},
    deltas: {},
    follow: (executionId) => set({ executionId, execution: null, steps: {}, deltas: {} }),
    show: ({ execution, steps, deltas }) => set({ execution, steps, deltas }),
  }));

export type RunStore = ReturnType<typeof createRunStore>;

/** How an edge took part in the run: data went over it, waits to, or never will. */
export const edgeUse = (steps: RunState['steps'], edge: WorkflowEdge): 'taken' | 'flowing' | 'idle' => {
  const source = steps[edge.source];
  if (source?.status !== 'completed' || !source.ports.includes(edge.sourcePort)) return 'idle';
  return steps[edge.target]?.status === 'running' ? 'flowing' : 'taken';
};
