'use client';

import { type OnNodeDrag, useReactFlow, useStoreApi } from '@xyflow/react';
import { useTranslations } from 'next-intl';
import { useMemo, useRef } from 'react';
import { type FrameBox, frameAt, isFrame } from '../graph/frames.ts';
import { useBuilder } from '../state/builder-context.tsx';
import type { Drop } from '../state/draft-edits.ts';
import { NODE_HEIGHT, NODE_WIDTH, type StepFlowEdge, type StepFlowNode } from '../state/flow-elements.ts';
import { edgeUnder } from './edge-under.ts';
import { tellOnce } from './tell-once.ts';

/** Reads the frames of the canvas as they lie now, without those given and all in them. */
export const useFrameBoxes = () => {
  const flowStore = useStoreApi<StepFlowNode, StepFlowEdge>();
  return useMemo(
    () =>
      (without: ReadonlySet<string> = new Set()): FrameBox[] => {
        const { nodeLookup } = flowStore.getState();
        const boxes: FrameBox[] = [];
        for (const node of nodeLookup.values()) {
          if (!isFrame(node.data.step.type)) continue;
          let depth = 0;
          let isOut = without.has(node.id);
          for (let parent = node.parentId; parent !== undefined; parent = nodeLookup.get(parent)?.parentId) {
            depth += 1;
            isOut ||= without.has(parent);
          }
          const { width = 0, height = 0 } = node.measured;
          if (!isOut) boxes.push({ id: node.id, depth, box: { ...node.internals.positionAbsolute, width, height } });
        }
        return boxes;
      },
    [flowStore],
  );
};

/** What happens while nodes are dragged and when they are let go: in a frame, out of one, on an edge. */
export const useNodeDrag = () => {
  const { editor, store } = useBuilder();
  const t = useTranslations('builder.canvas');
  const flow = useReactFlow<StepFlowNode, StepFlowEdge>();
  const frameBoxes = useFrameBoxes();
  const frames = useRef<FrameBox[] | null>(null);
  return useMemo(() => {
    // By the node's own position: React Flow's absolute one is of the frame before.
    const boxOf = (node: StepFlowNode) => {
      const parent = node.parentId === undefined ? undefined : flow.getInternalNode(node.parentId);
      const origin = parent?.internals.positionAbsolute ?? { x: 0, y: 0 };
      const { width = NODE_WIDTH, height = NODE_HEIGHT } = node.measured ?? {};
      return { x: origin.x + node.position.x, y: origin.y + node.position.y, width, height };
    };
    const targetOf = (node: StepFlowNode): string | undefined => {
      const { x, y, width, height } = boxOf(node);
      return frameAt(frames.current ?? [], { x: x + width / 2, y: y + height / 2 });
    };
    const start = (moved: StepFlowNode[]) => {
      frames.current = frameBoxes(new Set(moved.map((node) => node.id)));
    };
    const follow = (node: StepFlowNode | undefined) => {
      if (!node || !frames.current?.length) return;
      const target = targetOf(node);
      store.getState().setDropTarget(target !== undefined && target !== node.parentId ? target : null);
    };
    const drop = (moved: StepFlowNode[]) => {
      const drops: Drop[] = moved.flatMap((node) => {
        const { x, y } = node.data.step.position;
        if (node.position.x === x && node.position.y === y) return [];
        const box = boxOf(node);
        return [{ id: node.id, position: { x: Math.round(box.x), y: Math.round(box.y) }, parent: targetOf(node) }];
      });
      frames.current = null;
      store.getState().setDropTarget(null);
      if (drops.length === 0) return;
      const [only] = drops.length === 1 ? drops : [];
      const edge = only && edgeUnder(store.getState(), only.id);
      const { removedEdges, refused } = editor.drop(drops, edge);
      if (refused) {
        tellOnce(t(`refused.${refused}`), 'orange');
        // Nothing in the draft changed, so nothing would bring the node back from under the pointer.
        store.getState().resetPositions(drops.map(({ id }) => id));
      }
      if (removedEdges > 0) tellOnce(t('edgesRemoved', { count: removedEdges }), 'weave');
    };
    // Dragging a selection box calls these as well; its own handlers would do everything twice.
    const onNodeDragStart: OnNodeDrag<StepFlowNode> = (_event, _node, moved) => start(moved);
    const onNodeDrag: OnNodeDrag<StepFlowNode> = (_event, node) => follow(node);
    const onNodeDragStop: OnNodeDrag<StepFlowNode> = (_event, _node, moved) => drop(moved);
    return { isDragging: () => frames.current !== null, handlers: { onNodeDragStart, onNodeDrag, onNodeDragStop } };
  }, [editor, store, flow, frameBoxes, t]);
};
