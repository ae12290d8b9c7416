'use client';

import { useCallback } from 'react';
import { useBuilder } from '../state/builder-context.tsx';
import type { OpenOptions } from '../state/builder-store.ts';

/** Brings a node into the middle of the view, selects it and opens its panel, at a field when one is named. */
export const useGoToNode = (): ((nodeId: string, options?: Omit<OpenOptions, 'center'>) => void) => {
  const { store } = useBuilder();
  return useCallback(
    (nodeId, options) => {
      store.getState().select([nodeId]);
      store.getState().openNode(nodeId, { ...options, center: true });
    },
    [store],
  );
};
