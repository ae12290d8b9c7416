'use client';

import { useReactFlow } from '@xyflow/react';
import { useCallback } from 'react';
import { freePosition } from '../graph/free-position.ts';
import { useBuilder } from '../state/builder-context.tsx';
import type { Attachment } from '../state/draft-editor.ts';
import { NODE_HEIGHT, NODE_WIDTH, type StepFlowEdge, type StepFlowNode } from '../state/flow-elements.ts';
import { useNodeText } from '../use-node-text.ts';

const GAP = 96;

type AddStep = (type: string, options?: { position?: { x: number; y: number }; attach?: Attachment }) => void;

/** Adds a node, selects it and opens its panel. Without a position it goes after the selected node or into the middle of the view. */
export const useAddStep = (): AddStep => {
  const { editor, store, readOnly } = useBuilder();
  const { screenToFlowPosition } = useReactFlow<StepFlowNode, StepFlowEdge>();
  const text = useNodeText();
  return useCallback(
    (type, { position, attach } = {}) => {
      if (readOnly) return;
      const { nodes, select, openNode } = store.getState();
      const selected = nodes.filter((node) => node.selected);
      const [only] = selected.length === 1 ? selected : [];
      const canvas = document.querySelector('.react-flow')?.getBoundingClientRect();
      const middle = screenToFlowPosition({
        x: (canvas?.left ?? 0) + (canvas?.width ?? 0) / 2,
        y: (canvas?.top ?? 0) + (canvas?.height ?? 0) / 2,
      });
      const wanted =
        position ??
        (only
          ? { x: only.position.x + NODE_WIDTH + GAP, y: only.position.y }
          : { x: middle.x - NODE_WIDTH / 2, y: middle.y - NODE_HEIGHT / 2 });
      const id = editor.addStep({
        type,
        name: text.title(type),
        position: freePosition(
          wanted,
          nodes.map((node) => node.position),
        ),
        attach,
      });
      select([id]);
      openNode(id, { tab: 'settings' });
    },
    [editor, store, readOnly, screenToFlowPosition, text],
  );
};
