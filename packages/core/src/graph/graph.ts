import type { WorkflowEdge, WorkflowNode } from '../definition/workflow-definition.ts';

/** A definition's nodes with the edges at both their ends, each in the definition's order. */
export type Graph = {
  nodes: ReadonlyMap<string, WorkflowNode>;
  incoming: ReadonlyMap<string, readonly WorkflowEdge[]>;
  outgoing: ReadonlyMap<string, readonly WorkflowEdge[]>;
};

/** Edges to or from a node that is not there are left out; of two nodes with one id the first counts. */
export const buildGraph = (definition: { nodes: readonly WorkflowNode[]; edges: readonly WorkflowEdge[] }): Graph => {
  const nodes = new Map<string, WorkflowNode>();
  const incoming = new Map<string, WorkflowEdge[]>();
  const outgoing = new Map<string, WorkflowEdge[]>();
  for (const node of definition.nodes) {
    if (nodes.has(node.id)) continue;
    nodes.set(node.id, node);
    incoming.set(node.id, []);
    outgoing.set(node.id, []);
  }
  for (const edge of definition.edges) {
    const leaving = outgoing.get(edge.source);
    const arriving = incoming.get(edge.target);
    if (!leaving || !arriving) continue;
    leaving.push(edge);
    arriving.push(edge);
  }
  return { nodes, incoming, outgoing };
};

export const incomingEdges = (graph: Graph, nodeId: string): readonly WorkflowEdge[] =>
  graph.incoming.get(nodeId) ?? [];

export const outgoingEdges = (graph: Graph, nodeId: string): readonly WorkflowEdge[] =>
  graph.outgoing.get(nodeId) ?? [];

/** Every node from which an edge path leads to this one. In a cycle that is the node itself, too. */
export const ancestorsOf = (graph: Graph, nodeId: string): Set<string> =>
  collect([nodeId], (id) => incomingEdges(graph, id).map((edge) => edge.source));

/** Every node that an edge path from one of these leads to. In a cycle that is the node itself, too. */
export const descendantsOf = (graph: Graph, nodeIds: Iterable<string>): Set<string> =>
  collect(nodeIds, (id) => outgoingEdges(graph, id).map((edge) => edge.target));

const collect = (from: Iterable<string>, next: (id: string) => string[]): Set<string> => {
  const found = new Set<string>();
  const pending = [...from];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    for (const neighbour of next(id)) {
      if (found.has(neighbour)) continue;
      found.add(neighbour);
      pending.push(neighbour);
    }
  }
  return found;
};

/** Node ids with every node after all it depends on. Nodes in or behind a cycle are missing. */
export const topologicalOrder = (graph: Graph): string[] => {
  const open = new Map([...graph.incoming].map(([id, edges]) => [id, edges.length]));
  const order = [...graph.nodes.keys()].filter((id) => open.get(id) === 0);
  // `order` grows while it is walked: each node that loses its last open edge joins the end.
  for (const id of order) {
    for (const { target } of outgoingEdges(graph, id)) {
      const left = (open.get(target) ?? 0) - 1;
      open.set(target, left);
      if (left === 0) order.push(target);
    }
  }
  return order;
};

/** One cycle for each knot of nodes that depend on each other, as ids in edge order, beginning with the first in the definition. */
export const findCycles = (graph: Graph): string[][] => {
  const cycles: string[][] = [];
  const seen = new Set(topologicalOrder(graph));
  for (const id of graph.nodes.keys()) {
    if (seen.has(id)) continue;
    const knot = intersection(descendantsOf(graph, [id]), ancestorsOf(graph, id));
    seen.add(id);
    if (!knot.has(id)) continue;
    for (const member of knot) seen.add(member);
    cycles.push(shortestCycleThrough(graph, id, knot));
  }
  return cycles;
};

const intersection = (left: Set<string>, right: Set<string>): Set<string> =>
  new Set([...left].filter((id) => right.has(id)));

/** Breadth first from `start` back to itself, inside its knot. */
const shortestCycleThrough = (graph: Graph, start: string, knot: Set<string>): string[] => {
  const cameFrom = new Map<string, string>();
  const pending = [start];
  for (const id of pending) {
    for (const { target } of outgoingEdges(graph, id)) {
      if (target === start) return pathTo(id, cameFrom);
      if (!knot.has(target) || cameFrom.has(target)) continue;
      cameFrom.set(target, id);
      pending.push(target);
    }
  }
  return [start];
};

const pathTo = (end: string, cameFrom: Map<string, string>): string[] => {
  const path: string[] = [];
  for (let id: string | undefined = end; id !== undefined; id = cameFrom.get(id)) path.unshift(id);
  return path;
};
