'use client';

import { getNodeDefinition } from '@agentweaver/core/nodes/definitions';
import type { NodeProps } from '@xyflow/react';
import { useTranslations } from 'next-intl';
import { type CSSProperties, memo } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { useFormat } from '../../../lib/use-format.ts';
import { paperColors } from '../node-colors.ts';
import { presentationOf } from '../node-presentation.tsx';
import { useBuilderState, useRunState } from '../state/builder-context.tsx';
import { FRAME_HANDLE, type StepFlowNode } from '../state/flow-elements.ts';
import { bodyProgress } from '../state/node-run.ts';
import { useNodeText } from '../use-node-text.ts';
import classes from './frame-node.module.css';
import { FrameResize } from './frame-resize.tsx';
import { NodeMarks } from './node-marks.tsx';
import { InputPorts, OutputPorts } from './node-ports.tsx';
import stepClasses from './step-node.module.css';
import { nodeColors } from './step-node.tsx';
import { StepRunBadge } from './step-run-badge.tsx';

type Props = NodeProps<StepFlowNode>;

const isSameNode = (before: Props, after: Props): boolean =>
  before.id === after.id && before.data === after.data && before.selected === after.selected;

const EmptyBody = ({ id }: { id: string }) => {
  const t = useTranslations('builder.canvas');
  const isEmpty = useBuilderState((state) => !state.nodes.some((node) => node.parentId === id));
  return isEmpty ? <div className={classes.empty}>{t('emptyFrame')}</div> : null;
};

/** How many rounds of the body are over, while the container runs and after. */
const BodyProgress = ({ id }: { id: string }) => {
  const t = useTranslations('builder.run');
  const format = useFormat();
  const body = useBuilderState(
    useShallow((state) =>
      state.nodes.flatMap((node) =>
        node.parentId === id && (node.type === 'step' || node.type === 'container') ? [node.id] : [],
      ),
    ),
  );
  const progress = useRunState(useShallow((state) => bodyProgress(state.rounds, body)));
  if (!progress) return null;
  return (
    <span className={classes.progress} title={t('roundsHelp', { done: progress.done, total: progress.total })}>
      {format.integer(progress.done)}/{format.integer(progress.total)}
      {progress.failed > 0 && (
        <span className={stepClasses.failedRounds}>{t('failedRounds', { count: progress.failed })}</span>
      )}
    </span>
  );
};

const ContainerNodeView = ({ id, data, selected }: Props) => {
  const text = useNodeText();
  const { step } = data;
  const { icon: Icon, summarize } = presentationOf(step.type);
  const isForbidden = useBuilderState((state) => state.forbiddenTargets?.has(id) ?? false);
  const isOpen = useBuilderState((state) => state.openNodeId === id);
  const isTarget = useBuilderState((state) => state.dropTarget === id);
  return (
    <div
      className={classes.container}
      style={nodeColors(step.type)}
      data-selected={selected || undefined}
      data-open={isOpen || undefined}
      data-disabled={step.disabled || undefined}
      data-forbidden={isForbidden || undefined}
      data-target={isTarget || undefined}
    >
      <div className={`${classes.head} ${FRAME_HANDLE}`}>
        <InputPorts step={step} />
        <span className={stepClasses.icon}>
          <Icon size={18} stroke={1.8} aria-hidden />
        </span>
        <div className={classes.words}>
          <div className={stepClasses.name} title={step.name}>
            {step.name}
          </div>
          <div className={stepClasses.summary}>{summarize(step.config) || text.title(step.type)}</div>
        </div>
        <NodeMarks step={step} />
        <BodyProgress id={id} />
        <StepRunBadge nodeId={id} inline />
        <OutputPorts step={step} />
      </div>
      <EmptyBody id={id} />
      <FrameResize id={id} least={data.least} />
    </div>
  );
};

/** A container: what lies in the frame is its body, which it runs. */
export const ContainerNode = memo(ContainerNodeView, isSameNode);

const GroupNodeView = ({ id, data, selected }: Props) => {
  const { step } = data;
  const isOpen = useBuilderState((state) => state.openNodeId === id);
  const isTarget = useBuilderState((state) => state.dropTarget === id);
  const isKnown = getNodeDefinition(step.type) !== undefined;
  return (
    <div
      className={classes.group}
      style={(isKnown ? paperColors(step.config.color) : {}) as CSSProperties}
      data-selected={selected || undefined}
      data-open={isOpen || undefined}
      data-target={isTarget || undefined}
    >
      <div className={`${classes.groupHead} ${FRAME_HANDLE}`} title={step.name}>
        {step.name}
      </div>
      <FrameResize id={id} least={data.least} />
    </div>
  );
};

/** A group: a frame and its name, and nothing that a run would know of. */
export const GroupNode = memo(GroupNodeView, isSameNode);
