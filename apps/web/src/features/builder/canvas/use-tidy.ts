'use client';

import { useReactFlow } from '@xyflow/react';
import { useCallback } from 'react';
import { tidy } from '../graph/tidy.ts';
import { useBuilder } from '../state/builder-context.tsx';
import { NODE_HEIGHT, NODE_WIDTH } from '../state/flow-elements.ts';

/** Lays out the selected nodes, or all when fewer than two are selected; one undo step. */
export const useTidy = (): (() => void) => {
  const { editor, store } = useBuilder();
  const { fitView } = useReactFlow();
  return useCallback(() => {
    const { nodes, edges } = store.getState();
    const selected = nodes.filter((node) => node.selected);
    const chosen = selected.length > 1 ? selected : nodes;
    const places = tidy(
      chosen.map(({ id, position, measured }) => ({
        id,
        position,
        width: measured?.width ?? NODE_WIDTH,
        height: measured?.height ?? NODE_HEIGHT,
      })),
      edges,
    );
    const moves = [...places].map(([id, position]) => ({ id, position }));
    if (moves.length === 0) return;
    editor.move(moves);
    requestAnimationFrame(() => void fitView({ padding: 0.08, maxZoom: 1.1, duration: 200 }));
  }, [editor, store, fitView]);
};
