'use client';

import { useReactFlow, useStoreApi } from '@xyflow/react';
import { useEffect } from 'react';

/** When a panel takes room from the canvas or gives it back, what was in the middle stays in the middle. */
export const useKeepCentre = (): void => {
  const flow = useReactFlow();
  const store = useStoreApi();
  useEffect(
    () =>
      store.subscribe(({ width, height }, before) => {
        const isFirst = before.width === 0 || before.height === 0 || width === 0 || height === 0;
        if (isFirst || (width === before.width && height === before.height)) return;
        const { x, y, zoom } = flow.getViewport();
        void flow.setViewport({ x: x + (width - before.width) / 2, y: y + (height - before.height) / 2, zoom });
      }),
    [flow, store],
  );
};
