'use client';

import { type RefObject, useEffect } from 'react';
import { useBuilder, useBuilderState } from '../state/builder-context.tsx';

/** Brings the field that a problem names into view and puts the caret into it. */
export const useFocusField = (host: RefObject<HTMLDivElement | null>) => {
  const { store } = useBuilder();
  const field = useBuilderState((state) => state.focusField);
  useEffect(() => {
    if (field === null) return;
    const path = field.split('.');
    let found: Element | null = null;
    for (; path.length > 0 && !found; path.pop()) {
      found = host.current?.querySelector(`[data-field="${CSS.escape(path.join('.'))}"]`) ?? null;
    }
    found?.scrollIntoView({ block: 'center' });
    found?.querySelector<HTMLElement>('input, textarea, [contenteditable="true"]')?.focus();
    store.setState({ focusField: null });
  }, [field, host, store]);
};
