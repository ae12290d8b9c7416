'use client';

import { absolutePosition, byId } from '@agentweaver/core/graph/parents';
import { useReactFlow } from '@xyflow/react';
import { useCallback } from 'react';
import { type Box, FRAME_PADDING, frameAt, isFrame, ownSize, type Point } from '../graph/frames.ts';
import { clearPosition, freePosition } from '../graph/free-position.ts';
import { useBuilder } from '../state/builder-context.tsx';
import { stepsOf } from '../state/builder-store.ts';
import type { Attachment } from '../state/draft-edits.ts';
import { NODE_HEIGHT, NODE_WIDTH, type StepFlowEdge, type StepFlowNode } from '../state/flow-elements.ts';
import { useNodeText } from '../use-node-text.ts';
import { useFrameBoxes } from './use-node-drag.ts';

const GAP = 96;

type AddStep = (type: string, options?: { position?: Point; attach?: Attachment | undefined }) => void;

type Place = { position: Point; parent: string | undefined };

/** Types that stand at the top alone: they are where the workflow as a whole begins and ends. */
const canEnter = (type: string): boolean => type !== 'input' && type !== 'output';

const topBoxes = (nodes: readonly StepFlowNode[]): Box[] =>
  nodes
    .filter((node) => node.parentId === undefined)
    .map(({ position, measured }) => ({
      ...position,
      width: measured?.width ?? NODE_WIDTH,
      height: measured?.height ?? NODE_HEIGHT,
    }));

/**
 * Adds a node, selects it and opens its panel. Without a position it goes into the selected frame, after the
 * selected node, or into the middle of the view.
 */
export const useAddStep = (): AddStep => {
  const { editor, store, readOnly } = useBuilder();
  const { screenToFlowPosition } = useReactFlow<StepFlowNode, StepFlowEdge>();
  const frameBoxes = useFrameBoxes();
  const text = useNodeText();
  return useCallback(
    (type, { position, attach } = {}) => {
      if (readOnly) return;
      const { nodes, select, openNode } = store.getState();
      const all = byId(stepsOf(store.getState()));
      const selected = nodes.filter((node) => node.selected);
      const [only] = selected.length === 1 ? selected : [];

      const place = (): Place => {
        if (position) {
          const centre = { x: position.x + NODE_WIDTH / 2, y: position.y + NODE_HEIGHT / 2 };
          return { position, parent: frameAt(frameBoxes(), centre) };
        }
        if (only && isFrame(only.data.step.type) && canEnter(type)) {
          const at = absolutePosition(all, only.id);
          const inside = nodes.filter((node) => node.parentId === only.id);
          const right = Math.max(
            0,
            ...inside.map((node) => node.position.x + (node.measured?.width ?? NODE_WIDTH) + GAP),
          );
          return {
            position: { x: at.x + Math.max(FRAME_PADDING.left, right), y: at.y + FRAME_PADDING.top },
            parent: only.id,
          };
        }
        if (only) {
          const at = absolutePosition(all, only.id);
          const width = only.measured?.width ?? NODE_WIDTH;
          const after = { x: at.x + width + GAP, y: at.y };
          const parent = only.data.step.parent;
          const size = parent === undefined ? ownSize({ type }) : undefined;
          return { position: size ? clearPosition({ ...after, ...size }, topBoxes(nodes)) : after, parent };
        }
        const canvas = document.querySelector('.react-flow')?.getBoundingClientRect();
        const middle = screenToFlowPosition({
          x: (canvas?.left ?? 0) + (canvas?.width ?? 0) / 2,
          y: (canvas?.top ?? 0) + (canvas?.height ?? 0) / 2,
        });
        const size = ownSize({ type });
        const { width, height } = size ?? { width: NODE_WIDTH, height: NODE_HEIGHT };
        const centred = { x: middle.x - width / 2, y: middle.y - height / 2, width, height };
        // A frame would hide the steps under it, and look as if their connections were its own.
        return { position: size ? clearPosition(centred, topBoxes(nodes)) : centred, parent: undefined };
      };

      const wanted = place();
      const id = editor.addStep({
        type,
        name: text.title(type),
        position: freePosition(
          wanted.position,
          nodes.map((node) => absolutePosition(all, node.id)),
        ),
        parent: canEnter(type) ? wanted.parent : undefined,
        attach,
      });
      select([id]);
      openNode(id, { tab: 'settings' });
    },
    [editor, store, readOnly, screenToFlowPosition, frameBoxes, text],
  );
};
