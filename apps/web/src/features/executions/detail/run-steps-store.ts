'use client';

import { createContext, use } from 'react';
import { createStore, type StoreApi, useStore } from 'zustand';
import type { RoundCounts, StepView } from '../execution-view.ts';

export type RunStepsState = {
  steps: Readonly<Record<string, StepView>>;
  rounds: Readonly<Record<string, RoundCounts>>;
  selected: string | null;
};

/** Step states live beside the canvas's nodes, so that a tick re-renders the one node it is about. */
export const createRunStepsStore = (): StoreApi<RunStepsState> =>
  createStore<RunStepsState>(() => ({ steps: {}, rounds: {}, selected: null }));

export const RunStepsContext = createContext<StoreApi<RunStepsState> | null>(null);

const useRunSteps = <T>(selector: (state: RunStepsState) => T): T => {
  const store = use(RunStepsContext);
  if (!store) throw new Error('useRunSteps needs RunStepsContext above it');
  return useStore(store, selector);
};

export const useRunStep = (nodeId: string): StepView | undefined => useRunSteps((state) => state.steps[nodeId]);
export const useRunRounds = (nodeId: string): RoundCounts | undefined => useRunSteps((state) => state.rounds[nodeId]);
export const useIsSelectedStep = (nodeId: string): boolean => useRunSteps((state) => state.selected === nodeId);
