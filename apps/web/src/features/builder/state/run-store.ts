import { createStore } from 'zustand/vanilla';
import type { ExecutionHead, RoundCounts, StepView, WaitView } from '../../executions/execution-view.ts';

export type RunState = {
  /** The execution that the canvas shows; null before the first run and after it was dismissed. */
  executionId: string | null;
  execution: ExecutionHead | null;
  /** By node and iteration (`keyOfStep`); of the top scope by node id. */
  steps: Readonly<Record<string, StepView>>;
  /** By node id, for nodes with several runs. */
  rounds: Readonly<Record<string, RoundCounts>>;
  waits: readonly WaitView[];
  /** Text that running steps have streamed so far, by the same keys as `steps`. */
  deltas: Readonly<Record<string, string>>;
  follow: (executionId: string | null) => void;
  show: (live: Live) => void;
};

type Live = Pick<RunState, 'execution' | 'steps' | 'rounds' | 'waits' | 'deltas'>;

const NOTHING: Live = { execution: null, steps: {}, rounds: {}, waits: [], deltas: {} };

/** Run states by node id, apart from the graph: a status tick redraws one badge and no node. */
export const createRunStore = () =>
  createStore<RunState>((set) => ({
    executionId: null,
    ...NOTHING,
    follow: (executionId) => set({ executionId, ...NOTHING }),
    show: ({ execution, steps, rounds, waits, deltas }) => set({ execution, steps, rounds, waits, deltas }),
  }));

export type RunStore = ReturnType<typeof createRunStore>;
