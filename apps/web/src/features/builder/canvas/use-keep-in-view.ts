'use client';

import { useReactFlow, useStoreApi } from '@xyflow/react';
import { useEffect } from 'react';
import { useBuilderState } from '../state/builder-context.tsx';
import { NODE_HEIGHT, NODE_WIDTH } from '../state/flow-elements.ts';

/** Room around the opened node, in px of the screen. */
const MARGIN = 24;

/** The panel takes its place from the canvas: the node that it belongs to is moved back into what is left. */
export const useKeepInView = (): void => {
  const openNodeId = useBuilderState((state) => state.openNodeId);
  const shown = useBuilderState((state) => state.shown);
  const flow = useReactFlow();
  const store = useStoreApi();
  useEffect(() => {
    if (openNodeId === null) return;
    const bring = () => {
      const node = flow.getInternalNode(openNodeId);
      if (!node) return;
      if (shown.center) {
        void flow.fitView({ nodes: [{ id: openNodeId }], maxZoom: 1, duration: 250, padding: 0.6 });
        return;
      }
      const { x, y, zoom } = flow.getViewport();
      const { width, height } = store.getState();
      const left = node.internals.positionAbsolute.x * zoom + x;
      const top = node.internals.positionAbsolute.y * zoom + y;
      const { width: wide = NODE_WIDTH, height: high = NODE_HEIGHT } = node.measured;
      // Of a frame, which may be larger than the view, the head is what the panel is about.
      const right = left + (node.type === 'step' ? wide : Math.min(wide, NODE_WIDTH)) * zoom;
      const bottom = top + (node.type === 'step' ? high : Math.min(high, NODE_HEIGHT)) * zoom;
      const moveX = left < MARGIN ? MARGIN - left : Math.min(0, width - MARGIN - right);
      const moveY = top < MARGIN ? MARGIN - top : Math.min(0, height - MARGIN - bottom);
      if (moveX !== 0 || moveY !== 0) void flow.setViewport({ x: x + moveX, y: y + moveY, zoom }, { duration: 150 });
    };
    // Two frames: the panel is laid out in the first, React Flow measures the canvas in the second.
    let frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(bring);
    });
    return () => cancelAnimationFrame(frame);
  }, [openNodeId, shown, flow, store]);
};
