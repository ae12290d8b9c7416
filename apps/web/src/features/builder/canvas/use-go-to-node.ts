'use client';

import { useReactFlow } from '@xyflow/react';
import { useCallback } from 'react';
import { useBuilder } from '../state/builder-context.tsx';
import type { PanelTab } from '../state/builder-store.ts';

/** Brings a node into view, selects it and opens its panel, at a field when one is named. */
export const useGoToNode = () => {
  const { store } = useBuilder();
  const { fitView } = useReactFlow();
  return useCallback(
    (nodeId: string, options: { tab?: PanelTab; field?: string } = {}) => {
      store.getState().select([nodeId]);
      store.getState().openNode(nodeId, options);
      void fitView({ nodes: [{ id: nodeId }], maxZoom: 1, duration: 250, padding: 0.6 });
    },
    [store, fitView],
  );
};
