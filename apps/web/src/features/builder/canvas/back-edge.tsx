'use client';

import { BaseEdge, type EdgeProps, useInternalNode } from '@xyflow/react';
import { memo } from 'react';
import type { StepFlowEdge, StepFlowNode } from '../state/flow-elements.ts';
import classes from './step-edge.module.css';

/** How far the line hangs below the lower of the two nodes, in px. */
const DROP = 46;

const useFoot = (id: string): { x: number; y: number } | undefined => {
  const node = useInternalNode<StepFlowNode>(id);
  if (!node) return undefined;
  const { x, y } = node.internals.positionAbsolute;
  return { x: x + (node.measured.width ?? 0) / 2, y: y + (node.measured.height ?? 0) };
};

/** Where an evaluation sends a step round again: from its foot to the foot of the step. No edge that data leaves by. */
const BackEdgeView = ({ id, source, target }: EdgeProps<StepFlowEdge>) => {
  const from = useFoot(source);
  const to = useFoot(target);
  if (!from || !to) return null;
  const low = Math.max(from.y, to.y) + DROP;
  const path = `M ${from.x},${from.y} C ${from.x},${low} ${to.x},${low} ${to.x},${to.y + 8}`;
  const head = `M ${to.x - 5},${to.y + 9} L ${to.x},${to.y + 1} L ${to.x + 5},${to.y + 9}`;
  return (
    <>
      <BaseEdge id={id} path={path} interactionWidth={0} className={classes.back} />
      <path d={head} className={classes.backHead} />
    </>
  );
};

export const BackEdge = memo(BackEdgeView);
