'use client';

import { NodeResizeControl, type OnResizeEnd } from '@xyflow/react';
import { useCallback } from 'react';
import type { Size } from '../graph/frames.ts';
import { useBuilder } from '../state/builder-context.tsx';
import classes from './frame-node.module.css';

const MAX_SIZE = 8_000;

/**
 * Lets a frame or note be made larger and smaller. By its right and lower edges only: by the others, what is in it
 * would have to move as well.
 */
export const FrameResize = ({ id, least }: { id: string; least: Size | undefined }) => {
  const { editor, readOnly } = useBuilder();
  const onResizeEnd: OnResizeEnd = useCallback(
    (_event, { width, height }) => editor.resize(id, { width: Math.round(width), height: Math.round(height) }),
    [editor, id],
  );
  if (readOnly) return null;
  return (
    <NodeResizeControl
      position="bottom-right"
      className={classes.resize}
      autoScale={false}
      minWidth={least?.width ?? 1}
      minHeight={least?.height ?? 1}
      maxWidth={MAX_SIZE}
      maxHeight={MAX_SIZE}
      onResizeEnd={onResizeEnd}
    >
      <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
        <path d="M11 1 L1 11 M11 6 L6 11" stroke="currentColor" strokeWidth="1.5" fill="none" />
      </svg>
    </NodeResizeControl>
  );
};
