'use client';

import { Text } from '@mantine/core';
import { Handle, type NodeProps, Position } from '@xyflow/react';
import { useTranslations } from 'next-intl';
import { memo } from 'react';
import { StatusIcon } from '../../../components/status-badge.tsx';
import { presentationOf } from '../../builder/node-presentation.tsx';
import type { RunFrame as RunFrameType } from './graph-elements.ts';
import classes from './run-frame.module.css';
import { Figures } from './run-node.tsx';
import { useIsSelectedStep, useRunStep } from './run-steps-store.ts';

/** A container with its body in it and how it stands; groups and notes are only drawn. */
export const RunFrame = memo(({ id, data }: NodeProps<RunFrameType>) => {
  const t = useTranslations('executions');
  const step = useRunStep(id);
  const selected = useIsSelectedStep(id);
  const status = step?.status ?? 'pending';
  const { icon: Icon } = presentationOf(data.type);
  if (!data.step) {
    return (
      <div className={classes.drawn}>
        <Text size="xs" c="dimmed" fw={600} truncate>
          {data.text === '' ? data.name : undefined}
        </Text>
        {data.text !== '' && <p className={classes.note}>{data.text}</p>}
      </div>
    );
  }
  return (
    <div className={classes.frame} data-status={status} data-selected={selected || undefined}>
      {data.inputs && (
        <Handle type="target" position={Position.Left} id="in" isConnectable={false} className={classes.handle} />
      )}
      <div className={classes.head}>
        <Icon size={16} stroke={1.7} aria-hidden />
        <Text fw={600} size="sm" truncate title={data.name} className={classes.name}>
          {data.name}
        </Text>
        <span className={classes.figures}>
          <Figures step={step} />
        </span>
        <StatusIcon status={status} size={18} label={t(`status.${status}`)} />
      </div>
      {data.outputs.map((port, index) => (
        <Handle
          key={port.id}
          type="source"
          position={Position.Right}
          id={port.id}
          isConnectable={false}
          className={classes.handle}
          style={{ top: `${((index + 1) / (data.outputs.length + 1)) * 100}%` }}
        />
      ))}
    </div>
  );
});
RunFrame.displayName = 'RunFrame';
