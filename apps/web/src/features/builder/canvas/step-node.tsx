'use client';

import { getNodeDefinition, outputPortsOf } from '@agentweaver/core/nodes/definitions';
import { IconAlertTriangleFilled, IconBan, IconRefresh, IconShieldCheck } from '@tabler/icons-react';
import { Handle, type NodeProps, Position, useUpdateNodeInternals } from '@xyflow/react';
import { useTranslations } from 'next-intl';
import { type CSSProperties, memo, useEffect, useRef } from 'react';
import { CATEGORY_COLOR, presentationOf } from '../node-presentation.tsx';
import { useBuilderState } from '../state/builder-context.tsx';
import type { StepFlowNode } from '../state/flow-elements.ts';
import { useNodeText } from '../use-node-text.ts';
import classes from './step-node.module.css';
import { StepRunBadge } from './step-run-badge.tsx';

type Props = NodeProps<StepFlowNode>;

const NodeProblems = ({ id }: { id: string }) => {
  const t = useTranslations('builder.canvas');
  const problems = useBuilderState((state) => state.problemsByNode[id]);
  if (!problems?.length) return null;
  const severity = problems.some((problem) => problem.severity === 'error') ? 'error' : 'warning';
  return (
    <span
      className={classes.problems}
      data-severity={severity}
      title={problems.map((problem) => problem.message).join('\n')}
    >
      <IconAlertTriangleFilled size={12} aria-hidden />
      <span className={classes.hidden}>{t('problems', { count: problems.length })}</span>
      <span aria-hidden>{problems.length}</span>
    </span>
  );
};

const StepNodeView = ({ id, data, selected }: Props) => {
  const t = useTranslations('builder.canvas');
  const text = useNodeText();
  const updateInternals = useUpdateNodeInternals();
  const { step } = data;
  const definition = getNodeDefinition(step.type);
  const { icon: Icon, summarize } = presentationOf(step.type);
  const inputs = definition?.inputs ?? [{ id: 'in', label: 'Input' }];
  const outputs = definition ? outputPortsOf(step.type, step.config) : [{ id: 'out', label: 'Output' }];
  const portKey = outputs.map((port) => port.id).join();
  const isForbidden = useBuilderState((state) => state.forbiddenTargets?.has(id) ?? false);
  const isOpen = useBuilderState((state) => state.openNodeId === id);

  // Not on mount: React Flow measures new nodes by itself, and fits the view to those it has measured.
  const measuredPorts = useRef(portKey);
  useEffect(() => {
    if (measuredPorts.current === portKey) return;
    measuredPorts.current = portKey;
    updateInternals(id);
  }, [id, portKey, updateInternals]);

  const color = definition ? CATEGORY_COLOR[definition.category] : 'gray';
  return (
    <div
      className={classes.node}
      style={
        {
          '--node-color': `var(--mantine-color-${color}-filled)`,
          '--node-tint': `var(--mantine-color-${color}-light)`,
        } as CSSProperties
      }
      data-selected={selected || undefined}
      data-open={isOpen || undefined}
      data-disabled={step.disabled || undefined}
      data-forbidden={isForbidden || undefined}
    >
      {inputs.map((port) => (
        <Handle
          key={port.id}
          id={port.id}
          type="target"
          position={Position.Left}
          className={classes.handle}
          aria-label={t('inputPort', { node: step.name })}
        />
      ))}
      <div className={classes.head}>
        <span className={classes.icon}>
          <Icon size={18} stroke={1.8} aria-hidden />
        </span>
        <div className={classes.words}>
          <div className={classes.name} title={step.name}>
            {step.name}
          </div>
          <div className={classes.summary}>{summarize(step.config) || text.title(step.type)}</div>
        </div>
        <div className={classes.marks}>
          <NodeProblems id={id} />
          {step.disabled && <IconBan size={14} aria-label={t('disabled')} />}
          {(step.retry?.maxAttempts ?? 1) > 1 && <IconRefresh size={14} aria-label={t('retries')} />}
          {step.onError === 'continue' && <IconShieldCheck size={14} aria-label={t('continues')} />}
        </div>
      </div>
      {outputs.length > 1 && (
        <ul className={classes.ports} aria-label={t('outputs')}>
          {outputs.map((port) => (
            <li key={port.id} className={classes.port}>
              <span className={classes.portLabel}>{text.port(step.type, port)}</span>
              <Handle
                id={port.id}
                type="source"
                position={Position.Right}
                className={classes.handle}
                aria-label={t('outputPort', { node: step.name, port: text.port(step.type, port) })}
              />
            </li>
          ))}
        </ul>
      )}
      {outputs.length === 1 && outputs[0] && (
        <Handle
          id={outputs[0].id}
          type="source"
          position={Position.Right}
          className={classes.handle}
          aria-label={t('outputPort', { node: step.name, port: text.port(step.type, outputs[0]) })}
        />
      )}
      <StepRunBadge nodeId={id} />
    </div>
  );
};

/** Position changes every frame while dragging and is none of the node's business. */
export const StepNode = memo(
  StepNodeView,
  (before, after) => before.id === after.id && before.data === after.data && before.selected === after.selected,
);
