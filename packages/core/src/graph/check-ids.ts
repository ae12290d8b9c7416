import type { Problem } from '../definition/problem.ts';
import type { WorkflowEdge, WorkflowNode } from '../definition/workflow-definition.ts';

/** Ids that stand twice: expressions and steps could not tell which is meant. */
export const checkIds = ({ nodes, edges }: { nodes: WorkflowNode[]; edges: WorkflowEdge[] }): Problem[] => [
  ...duplicates(nodes).map(
    ({ id }): Problem => ({
      code: 'duplicate_node_id',
      severity: 'error',
      nodeId: id,
      field: 'id',
      message: `Several nodes have the id “${id}”; each needs one of its own.`,
      params: { id },
    }),
  ),
  ...duplicates(edges).map(
    ({ id }): Problem => ({
      code: 'duplicate_edge_id',
      severity: 'error',
      edgeId: id,
      field: 'id',
      message: `Several connections have the id “${id}”; each needs one of its own.`,
      params: { id },
    }),
  ),
];

/** The second of each pair, once. */
const duplicates = <Item extends { id: string }>(items: Item[]): Item[] => {
  const counts = new Map<string, number>();
  return items.filter(({ id }) => {
    const count = (counts.get(id) ?? 0) + 1;
    counts.set(id, count);
    return count === 2;
  });
};
