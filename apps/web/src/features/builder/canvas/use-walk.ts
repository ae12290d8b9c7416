'use client';

import { useReactFlow } from '@xyflow/react';
import { useCallback } from 'react';
import { type Direction, neighbourOf } from '../graph/neighbour.ts';
import { useBuilder } from '../state/builder-context.tsx';
import { linksOf, selectedIds } from '../state/builder-store.ts';
import { NODE_HEIGHT, NODE_WIDTH, type StepFlowEdge, type StepFlowNode } from '../state/flow-elements.ts';

const DIRECTIONS: Record<string, Direction> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
};

/**
 * Arrow keys walk from node to node, with the focus; with Shift they are left to React Flow, which moves the
 * selection. Answers whether the key led somewhere.
 */
export const useWalk = (): ((event: KeyboardEvent) => boolean) => {
  const { store } = useBuilder();
  const flow = useReactFlow<StepFlowNode, StepFlowEdge>();
  return useCallback(
    (event) => {
      const direction = DIRECTIONS[event.key];
      if (!direction || event.shiftKey || event.altKey || event.metaKey || event.ctrlKey) return false;
      const focused = document.activeElement?.closest('.react-flow__node')?.getAttribute('data-id');
      const from = focused ?? selectedIds(store.getState())[0];
      // Elsewhere on the page arrow keys scroll and choose, as people expect.
      const isCanvas =
        focused || document.activeElement === document.body || document.activeElement?.closest('.react-flow');
      if (!from || !isCanvas) return false;
      const { nodes } = store.getState();
      const placed = nodes.map(({ id, position, measured }) => ({
        id,
        box: {
          ...(flow.getInternalNode(id)?.internals.positionAbsolute ?? position),
          width: measured?.width ?? NODE_WIDTH,
          height: measured?.height ?? NODE_HEIGHT,
        },
      }));
      const next = neighbourOf(placed, linksOf(store.getState()), { from, direction });
      if (next === undefined) return true;
      store.getState().select([next]);
      const { openNodeId, openNode } = store.getState();
      if (openNodeId !== null) openNode(next);
      const focus = () =>
        document.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(next)}"]`)?.focus();
      focus();
      return true;
    },
    [store, flow],
  );
};
