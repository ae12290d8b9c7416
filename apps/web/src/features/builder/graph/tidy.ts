import dagre from '@dagrejs/dagre';

export type TidyNode = { id: string; width: number; height: number; position: { x: number; y: number } };
export type TidyEdge = { source: string; target: string };

const GAP_BETWEEN_RANKS = 96;
const GAP_WITHIN_RANK = 40;

/**
 * Positions from left to right along the flow. The same graph gives the same picture: nodes go in by
 * where they are now (top to bottom, then id), and the whole stays where its top left corner was.
 */
export const tidy = (nodes: readonly TidyNode[], edges: readonly TidyEdge[]): Map<string, { x: number; y: number }> => {
  if (nodes.length === 0) return new Map();
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: 'LR', ranksep: GAP_BETWEEN_RANKS, nodesep: GAP_WITHIN_RANK });
  graph.setDefaultEdgeLabel(() => ({}));
  const ordered = [...nodes].sort(
    (a, b) => a.position.y - b.position.y || a.position.x - b.position.x || a.id.localeCompare(b.id),
  );
  const ids = new Set(ordered.map((node) => node.id));
  for (const node of ordered) graph.setNode(node.id, { width: node.width, height: node.height });
  for (const edge of edges) {
    if (ids.has(edge.source) && ids.has(edge.target)) graph.setEdge(edge.source, edge.target);
  }
  dagre.layout(graph);

  const corner = (node: TidyNode) => {
    const { x, y } = graph.node(node.id);
    return { x: x - node.width / 2, y: y - node.height / 2 };
  };
  const placed = ordered.map((node) => ({ id: node.id, ...corner(node) }));
  const offsetX = Math.min(...ordered.map((node) => node.position.x)) - Math.min(...placed.map((at) => at.x));
  const offsetY = Math.min(...ordered.map((node) => node.position.y)) - Math.min(...placed.map((at) => at.y));
  return new Map(placed.map((at) => [at.id, { x: Math.round(at.x + offsetX), y: Math.round(at.y + offsetY) }]));
};
