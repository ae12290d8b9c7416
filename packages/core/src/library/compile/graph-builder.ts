import type { WorkflowDefinitionInput, WorkflowNode } from '../../definition/workflow-definition.ts';
import type { NodeType } from '../../nodes/node-type.ts';

type NodeInput = WorkflowDefinitionInput['nodes'][number];
type EdgeInput = WorkflowDefinitionInput['edges'][number];

/** Where an edge leaves. */
export type Exit = { id: string; port: string };

export type GraphBuilder = {
  nodes: NodeInput[];
  edges: EdgeInput[];
  add: (
    node: { id: string; type: NodeType; name: string; config: Record<string, unknown> } & Partial<WorkflowNode>,
  ) => void;
  connect: (exits: readonly Exit[], target: string) => void;
};

/** Column and row on the canvas: a node is about 240 × 96. */
export const at = (column: number, row: number): { x: number; y: number } => ({ x: column * 320, y: row * 176 });

/** The names of a definition are at most this long. */
const MAX_NAME = 120;

export const createGraphBuilder = (): GraphBuilder => {
  const nodes: NodeInput[] = [];
  const edges: EdgeInput[] = [];
  return {
    nodes,
    edges,
    add: (node) => nodes.push({ ...node, name: node.name.slice(0, MAX_NAME) }),
    connect: (exits, target) => {
      for (const { id, port } of exits)
        edges.push({ id: `${id}.${port}-${target}.in`, source: id, sourcePort: port, target });
    },
  };
};
