'use client';

import { createContext, use } from 'react';
import { useStore } from 'zustand';
import type { DraftConnection } from '../../collab/draft-connection.ts';
import type { BuilderState, BuilderStore } from './builder-store.ts';
import type { DraftEditor } from './draft-editor.ts';
import type { RunState, RunStore } from './run-store.ts';

/** Everything the parts of one open builder share. The object never changes, so it re-renders nothing. */
export type Builder = {
  workflowId: string;
  readOnly: boolean;
  editor: DraftEditor;
  connection: DraftConnection;
  store: BuilderStore;
  runs: RunStore;
};

export const BuilderContext = createContext<Builder | null>(null);

export const useBuilder = (): Builder => {
  const builder = use(BuilderContext);
  if (!builder) throw new Error('useBuilder needs a BuilderContext above it');
  return builder;
};

export const useBuilderState = <Value,>(select: (state: BuilderState) => Value): Value =>
  useStore(useBuilder().store, select);

export const useRunState = <Value,>(select: (state: RunState) => Value): Value => useStore(useBuilder().runs, select);
