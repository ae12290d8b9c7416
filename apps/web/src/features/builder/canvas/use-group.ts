'use client';

import { useReactFlow } from '@xyflow/react';
import { useTranslations } from 'next-intl';
import { useMemo } from 'react';
import { FRAME_PADDING } from '../graph/frames.ts';
import { useBuilder } from '../state/builder-context.tsx';
import { selectedIds } from '../state/builder-store.ts';
import type { StepFlowEdge, StepFlowNode } from '../state/flow-elements.ts';
import { useNodeText } from '../use-node-text.ts';
import { tellOnce } from './tell-once.ts';

/** Puts a frame around the selected nodes, and takes the selected groups away from around theirs. */
export const useGroup = () => {
  const { editor, store, readOnly } = useBuilder();
  const t = useTranslations('builder.canvas');
  const text = useNodeText();
  const flow = useReactFlow<StepFlowNode, StepFlowEdge>();
  return useMemo(
    () => ({
      wrap: (type: string) => {
        const ids = selectedIds(store.getState());
        if (readOnly || ids.length === 0) return;
        const bounds = flow.getNodesBounds(ids);
        const { top, right, bottom, left } = FRAME_PADDING;
        const id = editor.wrap(ids, {
          type,
          name: text.title(type),
          position: { x: Math.round(bounds.x - left), y: Math.round(bounds.y - top) },
          size: {
            width: Math.round(bounds.width + left + right),
            height: Math.round(bounds.height + top + bottom),
          },
        });
        if (id === undefined) tellOnce(t('cannotGroup'), 'orange');
        else store.getState().select([id]);
      },
      ungroup: () => {
        const groups = store.getState().nodes.filter((node) => node.selected && node.type === 'area');
        if (!readOnly && groups.length > 0) editor.release(groups.map((node) => node.id));
      },
    }),
    [editor, store, readOnly, flow, text, t],
  );
};
