import type { WorkflowDefinition } from '@agentweaver/core/definition/workflow-definition';
import { NODE_HEIGHT, NODE_WIDTH } from '../state/flow-elements.ts';
import { ownSize } from './frames.ts';
import { tidyScopes } from './tidy-scopes.ts';

/** Lays out a definition whose nodes lie on top of each other, as one written by a program without positions does. */
export const placeNodes = (definition: WorkflowDefinition): WorkflowDefinition => {
  const { nodes, edges } = definition;
  const taken = new Set(nodes.map(({ parent = '', position }) => `${parent}:${position.x},${position.y}`));
  if (taken.size === nodes.length) return definition;
  const types = new Map(nodes.map((node) => [node.id, node]));
  const { positions, sizes } = tidyScopes({
    nodes,
    edges,
    sizeOf: (id) => {
      const node = types.get(id);
      return (node && ownSize(node)) ?? { width: NODE_WIDTH, height: NODE_HEIGHT };
    },
  });
  return {
    ...definition,
    nodes: nodes.map((node) => {
      const size = sizes.get(node.id) ?? node.size;
      return { ...node, position: positions.get(node.id) ?? node.position, ...(size ? { size } : {}) };
    }),
  };
};
