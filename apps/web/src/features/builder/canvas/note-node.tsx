'use client';

import type { NodeProps } from '@xyflow/react';
import { useTranslations } from 'next-intl';
import { memo, useEffect, useRef, useState } from 'react';
import Markdown from 'react-markdown';
import { paperColors } from '../node-colors.ts';
import { useBuilder, useBuilderState } from '../state/builder-context.tsx';
import type { StepFlowNode } from '../state/flow-elements.ts';
import classes from './frame-node.module.css';
import { FrameResize } from './frame-resize.tsx';

type Props = NodeProps<StepFlowNode>;

/** The text as it is written; what is outside of it ends the writing. */
const NoteEditor = ({ id, text, onEnd }: { id: string; text: string; onEnd: () => void }) => {
  const t = useTranslations('builder.canvas');
  const { editor } = useBuilder();
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => field.current?.focus(), []);
  return (
    <textarea
      ref={field}
      className={`${classes.noteField} nodrag nopan nowheel`}
      aria-label={t('noteText')}
      value={text}
      onChange={(event) => editor.setField(id, ['text'], event.currentTarget.value)}
      onBlur={onEnd}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        onEnd();
      }}
    />
  );
};

const NoteNodeView = ({ id, data, selected }: Props) => {
  const t = useTranslations('builder.canvas');
  const { readOnly } = useBuilder();
  const isOpen = useBuilderState((state) => state.openNodeId === id);
  const [isWriting, setIsWriting] = useState(false);
  const { config } = data.step;
  const text = typeof config.text === 'string' ? config.text : '';
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a shortcut for the pointer; the panel has the same field.
    <div
      className={classes.note}
      style={paperColors(config.color)}
      data-selected={selected || undefined}
      data-open={isOpen || undefined}
      onDoubleClick={() => setIsWriting(!readOnly)}
    >
      {isWriting ? (
        <NoteEditor id={id} text={text} onEnd={() => setIsWriting(false)} />
      ) : (
        <div className={`${classes.noteText} nowheel`}>
          {text === '' ? <p className={classes.noteHint}>{t('emptyNote')}</p> : <Markdown>{text}</Markdown>}
        </div>
      )}
      <FrameResize id={id} least={data.least} />
    </div>
  );
};

/** Words on the canvas for whoever reads the workflow. */
export const NoteNode = memo(
  NoteNodeView,
  (before, after) => before.id === after.id && before.data === after.data && before.selected === after.selected,
);
