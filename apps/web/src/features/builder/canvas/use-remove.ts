'use client';

import { useCallback } from 'react';
import { isFrame } from '../graph/frames.ts';
import { useBuilder } from '../state/builder-context.tsx';
import type { Items } from '../state/builder-store.ts';

/** Removes nodes and edges; where steps lie in what goes, somebody is asked first what becomes of them. */
export const useRemove = (): ((items: Items) => void) => {
  const { editor, store, readOnly } = useBuilder();
  return useCallback(
    (items) => {
      if (readOnly || items.nodeIds.length + items.edgeIds.length === 0) return;
      const { nodes, askRemoval } = store.getState();
      const going = new Set(items.nodeIds);
      const frames = new Set(
        nodes.filter((node) => going.has(node.id) && isFrame(node.data.step.type)).map(({ id }) => id),
      );
      const hasMore = nodes.some((node) => node.parentId && frames.has(node.parentId) && !going.has(node.id));
      if (hasMore) askRemoval(items);
      else editor.remove(items);
    },
    [editor, store, readOnly],
  );
};
