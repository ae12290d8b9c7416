'use client';

import { useReactFlow } from '@xyflow/react';
import { useCallback } from 'react';
import { tidyScopes } from '../graph/tidy-scopes.ts';
import { useBuilder } from '../state/builder-context.tsx';
import { linksOf, stepsOf } from '../state/builder-store.ts';
import { NODE_HEIGHT, NODE_WIDTH } from '../state/flow-elements.ts';

/** Lays out the selected nodes, or all when fewer than two are selected; one undo step. */
export const useTidy = (): (() => void) => {
  const { editor, store } = useBuilder();
  const { fitView } = useReactFlow();
  return useCallback(() => {
    const state = store.getState();
    const measured = new Map(state.nodes.map((node) => [node.id, node.measured]));
    const selected = state.nodes.filter((node) => node.selected);
    const layout = tidyScopes({
      nodes: stepsOf(state),
      edges: linksOf(state),
      sizeOf: (id) => ({
        width: measured.get(id)?.width ?? NODE_WIDTH,
        height: measured.get(id)?.height ?? NODE_HEIGHT,
      }),
      ...(selected.length > 1 ? { only: new Set(selected.map((node) => node.id)) } : {}),
    });
    if (layout.positions.size === 0) return;
    editor.layout(layout.positions, layout.sizes);
    requestAnimationFrame(() => void fitView({ padding: 0.08, maxZoom: 1.1, duration: 200 }));
  }, [editor, store, fitView]);
};
