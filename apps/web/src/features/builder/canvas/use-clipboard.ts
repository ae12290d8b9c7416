'use client';

import { useReactFlow } from '@xyflow/react';
import { type RefObject, useCallback, useEffect } from 'react';
import { frameAt } from '../graph/frames.ts';
import { useBuilder } from '../state/builder-context.tsx';
import { selectedIds } from '../state/builder-store.ts';
import { cornerOf, fromClipboardText, toClipboardText } from '../state/clipboard.ts';
import { isTyping } from './is-typing.ts';
import { useFrameBoxes } from './use-node-drag.ts';

/** How far a duplicate lies from its original, in px. */
const DUPLICATE_OFFSET = { x: 32, y: 32 };

export const useDuplicate = (): (() => void) => {
  const { editor, store } = useBuilder();
  return useCallback(() => {
    const ids = selectedIds(store.getState());
    if (ids.length > 0) store.getState().select(editor.duplicate(ids, DUPLICATE_OFFSET));
  }, [editor, store]);
};

/** Copy, cut and paste through the system's clipboard, by its own events: no permission, and it works across tabs. */
export const useClipboard = (pointer: RefObject<{ x: number; y: number } | null>): void => {
  const { editor, store, readOnly } = useBuilder();
  const { screenToFlowPosition } = useReactFlow();
  const frameBoxes = useFrameBoxes();
  useEffect(() => {
    const isTextSelected = () => (window.getSelection()?.toString() ?? '') !== '';

    const onCopy = (event: ClipboardEvent) => {
      const ids = selectedIds(store.getState());
      if (isTyping(event.target) || isTextSelected() || ids.length === 0) return;
      event.clipboardData?.setData('text/plain', toClipboardText(editor.copy(ids)));
      event.preventDefault();
      // What is inside goes along: it is on the clipboard as well.
      if (event.type === 'cut' && !readOnly) editor.remove({ nodeIds: ids, edgeIds: [] });
    };
    const onPaste = (event: ClipboardEvent) => {
      if (readOnly || isTyping(event.target)) return;
      const fragment = fromClipboardText(event.clipboardData?.getData('text/plain') ?? '');
      if (!fragment) return;
      event.preventDefault();
      const corner = cornerOf(fragment);
      const at = pointer.current ? screenToFlowPosition(pointer.current) : { x: corner.x + 32, y: corner.y + 32 };
      const offset = { x: Math.round(at.x - corner.x), y: Math.round(at.y - corner.y) };
      const frame = pointer.current ? frameAt(frameBoxes(), { x: at.x + 1, y: at.y + 1 }) : undefined;
      store.getState().select(editor.insert(fragment, offset, frame));
    };
    document.addEventListener('copy', onCopy);
    document.addEventListener('cut', onCopy);
    document.addEventListener('paste', onPaste);
    return () => {
      document.removeEventListener('copy', onCopy);
      document.removeEventListener('cut', onCopy);
      document.removeEventListener('paste', onPaste);
    };
  }, [editor, store, readOnly, pointer, screenToFlowPosition, frameBoxes]);
};
