'use client';

import { useReactFlow, useStore } from '@xyflow/react';
import { useEffect, useRef } from 'react';
import { boxesOf, type CanvasNode } from './graph-elements.ts';
import { boundsOf, viewOf } from './graph-view.ts';

const GLIDE_MS = 250;

/** On the canvas itself: what lies in a frame knows only where it is there. */
const placeOf = (nodes: readonly CanvasNode[], nodeId: string | null): { x: number; y: number } | null => {
  const node = nodes.find(({ id }) => id === nodeId);
  if (!node) return null;
  const parent = node.parentId === undefined ? null : placeOf(nodes, node.parentId);
  return { x: node.position.x + (parent?.x ?? 0), y: node.position.y + (parent?.y ?? 0) };
};

/** Shows the whole graph where it stays readable; else follows the part around `focus`. The rest is reached by dragging. */
export const KeepInView = ({ nodes, focus }: { nodes: CanvasNode[]; focus: string | null }) => {
  const { setCenter } = useReactFlow();
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  const seenWidth = useRef(0);

  useEffect(() => {
    if (width === 0 || height === 0) return;
    const resized = seenWidth.current !== width;
    const duration = seenWidth.current === 0 ? 0 : GLIDE_MS;
    seenWidth.current = width;
    const at = placeOf(nodes, focus);
    const view = viewOf(boundsOf(boxesOf(nodes)), { width, height, focus: at });
    // A viewer who moved the whole graph keeps that; only another width asks for another look.
    if (view.whole && !resized) return;
    void setCenter(view.x, view.y, { zoom: view.zoom, duration });
  }, [setCenter, width, height, nodes, focus]);
  return null;
};
