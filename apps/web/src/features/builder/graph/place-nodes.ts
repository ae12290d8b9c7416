import type { WorkflowDefinition } from '@agentweaver/core/definition/workflow-definition';
import { NODE_HEIGHT, NODE_WIDTH } from '../state/flow-elements.ts';
import { tidy } from './tidy.ts';

/** Lays out a definition whose nodes lie on top of each other, as one written by a program without positions does. */
export const placeNodes = (definition: WorkflowDefinition): WorkflowDefinition => {
  const { nodes, edges } = definition;
  const taken = new Set(nodes.map(({ position }) => `${position.x},${position.y}`));
  if (taken.size === nodes.length) return definition;
  const places = tidy(
    nodes.map(({ id, position }) => ({ id, position, width: NODE_WIDTH, height: NODE_HEIGHT })),
    edges,
  );
  return { ...definition, nodes: nodes.map((node) => ({ ...node, position: places.get(node.id) ?? node.position })) };
};
