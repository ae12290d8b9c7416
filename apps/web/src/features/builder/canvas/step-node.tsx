'use client';

import { getNodeDefinition } from '@agentweaver/core/nodes/definitions';
import type { NodeProps } from '@xyflow/react';
import { type CSSProperties, memo } from 'react';
import { CATEGORY_COLOR, presentationOf } from '../node-presentation.tsx';
import { useBuilderState } from '../state/builder-context.tsx';
import type { StepFlowNode } from '../state/flow-elements.ts';
import { useNodeText } from '../use-node-text.ts';
import { NodeMarks } from './node-marks.tsx';
import { InputPorts, OutputPorts } from './node-ports.tsx';
import classes from './step-node.module.css';
import { StepRunBadge } from './step-run-badge.tsx';

type Props = NodeProps<StepFlowNode>;

export const nodeColors = (type: string): CSSProperties => {
  const definition = getNodeDefinition(type);
  const color = definition ? CATEGORY_COLOR[definition.category] : 'gray';
  return {
    '--node-color': `var(--mantine-color-${color}-filled)`,
    '--node-tint': `var(--mantine-color-${color}-light)`,
  } as CSSProperties;
};

const StepNodeView = ({ id, data, selected }: Props) => {
  const text = useNodeText();
  const { step } = data;
  const { icon: Icon, summarize } = presentationOf(step.type);
  const isForbidden = useBuilderState((state) => state.forbiddenTargets?.has(id) ?? false);
  const isOpen = useBuilderState((state) => state.openNodeId === id);
  return (
    <div
      className={classes.node}
      style={nodeColors(step.type)}
      data-selected={selected || undefined}
      data-open={isOpen || undefined}
      data-disabled={step.disabled || undefined}
      data-forbidden={isForbidden || undefined}
    >
      <InputPorts step={step} />
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
        <NodeMarks step={step} />
      </div>
      <OutputPorts step={step} />
      <StepRunBadge nodeId={id} />
    </div>
  );
};

/** Position changes every frame while dragging and is none of the node's business. */
export const StepNode = memo(
  StepNodeView,
  (before, after) => before.id === after.id && before.data === after.data && before.selected === after.selected,
);
