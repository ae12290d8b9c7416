'use client';

import { getNodeDefinition } from '@agentweaver/core/nodes/definitions';
import { BACK_PORT } from '@agentweaver/core/nodes/node-type';
import { Text } from '@mantine/core';
import { Handle, type NodeProps, Position } from '@xyflow/react';
import { useTranslations } from 'next-intl';
import { memo } from 'react';
import { StatusIcon } from '../../../components/status-badge.tsx';
import { useFormat } from '../../../lib/use-format.ts';
import { CATEGORY_COLOR, presentationOf } from '../../builder/node-presentation.tsx';
import { stepElapsedMs } from '../execution-times.ts';
import type { RoundCounts, StepView } from '../execution-view.ts';
import { useNow } from '../use-now.ts';
import type { RunNode as RunNodeType } from './graph-elements.ts';
import classes from './run-node.module.css';
import { useIsSelectedStep, useRunRounds, useRunStep } from './run-steps-store.ts';

export const Figures = ({ step, rounds }: { step: StepView | undefined; rounds?: RoundCounts | undefined }) => {
  const t = useTranslations('executions');
  const format = useFormat();
  const now = useNow(500, step?.status === 'running');
  if (!step || step.status === 'pending' || step.status === 'skipped') {
    return <span>{t(`status.${step?.status ?? 'pending'}`)}</span>;
  }
  const tokens = step.inputTokens + step.outputTokens;
  return (
    <>
      {rounds && (
        <span>
          {format.integer(rounds.completed)}/{format.integer(rounds.total)}
        </span>
      )}
      {rounds && rounds.failed > 0 && <span>{t('step.roundFailed', { count: rounds.failed })}</span>}
      <span>{format.duration(stepElapsedMs(step, now))}</span>
      {tokens > 0 && <span>{t('tokenCount', { tokens: format.tokens(tokens) })}</span>}
      {tokens > 0 && <span>{format.cost(step.costUsd)}</span>}
      {step.attempts > 1 && <span>×{step.attempts}</span>}
    </>
  );
};

/** One step on the canvas: what it is, how it went, what it took. */
export const RunNode = memo(({ id, data }: NodeProps<RunNodeType>) => {
  const t = useTranslations('executions');
  const step = useRunStep(id);
  const rounds = useRunRounds(id);
  const selected = useIsSelectedStep(id);
  const status = step?.status ?? 'pending';
  const { icon: Icon } = presentationOf(data.type);
  const category = getNodeDefinition(data.type)?.category ?? 'tools';
  const named = data.outputs.length > 1;
  return (
    <div
      className={classes.node}
      data-status={status}
      data-selected={selected || undefined}
      style={{ minHeight: named ? data.outputs.length * 22 + 16 : undefined }}
    >
      {data.inputs && (
        <Handle type="target" position={Position.Left} id="in" isConnectable={false} className={classes.handle} />
      )}
      <div className={classes.head}>
        <span
          className={classes.icon}
          style={{
            color: `var(--mantine-color-${CATEGORY_COLOR[category]}-light-color)`,
            background: `var(--mantine-color-${CATEGORY_COLOR[category]}-light)`,
          }}
        >
          <Icon size={16} stroke={1.7} aria-hidden />
        </span>
        <Text fw={600} truncate className={classes.name} title={data.name}>
          {data.name}
        </Text>
        <StatusIcon status={status} size={18} label={t(`status.${status}`)} />
      </div>
      <div className={classes.figures}>
        <Figures step={step} rounds={rounds} />
      </div>
      {/* Where the line of an evaluation that sends a step back begins and ends. */}
      <Handle type="source" position={Position.Bottom} id={BACK_PORT} isConnectable={false} className={classes.back} />
      <Handle type="target" position={Position.Bottom} id={BACK_PORT} isConnectable={false} className={classes.back} />
      {data.outputs.map((port, index) => {
        const top = `${((index + 1) / (data.outputs.length + 1)) * 100}%`;
        return (
          <span key={port.id}>
            {named && (
              <span className={classes.port} style={{ top }} data-taken={step?.ports.includes(port.id) || undefined}>
                {port.label || port.id}
              </span>
            )}
            <Handle
              type="source"
              position={Position.Right}
              id={port.id}
              isConnectable={false}
              className={classes.handle}
              style={{ top }}
            />
          </span>
        );
      })}
    </div>
  );
});
RunNode.displayName = 'RunNode';
