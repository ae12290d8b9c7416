'use client';

import { useCallback } from 'react';
import { useBuilder } from '../state/builder-context.tsx';
import { selectedIds } from '../state/builder-store.ts';

/** Types that other nodes cannot become, nor they another: they hold others, or stand where the workflow begins. */
const isFixed = (type: string | undefined, kind: string | undefined): boolean => type === 'input' || kind !== 'step';

/** Asks which type the selected step should have instead of its own. */
export const useReplace = (): (() => void) => {
  const { store, readOnly } = useBuilder();
  return useCallback(() => {
    const [id, ...more] = selectedIds(store.getState());
    const node = store.getState().nodes.find((one) => one.id === id);
    if (readOnly || id === undefined || more.length > 0 || isFixed(node?.data.step.type, node?.type)) return;
    const box = document.querySelector(`.react-flow__node[data-id="${CSS.escape(id)}"]`)?.getBoundingClientRect();
    store.getState().openPicker({
      screen: { x: box?.left ?? 100, y: box?.bottom ?? 100 },
      position: { x: 0, y: 0 },
      replace: id,
    });
  }, [store, readOnly]);
};
