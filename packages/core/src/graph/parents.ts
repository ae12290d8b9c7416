import type { WorkflowNode } from '../definition/workflow-definition.ts';
import type { FindNodeDefinition } from './find-node-definition.ts';

/** Containers in containers, groups left aside; each level makes the name of an iteration longer. */
export const MAX_CONTAINER_DEPTH = 5;

export type PlacedNode = Pick<WorkflowNode, 'id' | 'type' | 'parent'>;
export type Placement<Node extends PlacedNode = PlacedNode> = ReadonlyMap<string, Node>;

export const byId = <Node extends { id: string }>(nodes: Iterable<Node>): Map<string, Node> => {
  const found = new Map<string, Node>();
  for (const node of nodes) if (!found.has(node.id)) found.set(node.id, node);
  return found;
};

/** The parents of a node from the nearest outwards. Ends at one that does not exist, and where a circle closes. */
export const parentsOf = <Node extends PlacedNode>(nodes: Placement<Node>, nodeId: string): Node[] => {
  const parents: Node[] = [];
  const seen = new Set([nodeId]);
  for (let id = nodes.get(nodeId)?.parent; id !== undefined && !seen.has(id); id = nodes.get(id)?.parent) {
    const parent = nodes.get(id);
    if (!parent) break;
    seen.add(id);
    parents.push(parent);
  }
  return parents;
};

/** The containers that run a node, from the nearest outwards; groups only draw a frame. */
export const containersOf = (nodes: Placement, nodeId: string, nodeDefinition: FindNodeDefinition): string[] =>
  parentsOf(nodes, nodeId)
    .filter((parent) => nodeDefinition(parent.type)?.contains === 'body')
    .map((parent) => parent.id);

/** Everything inside these nodes at any depth, without themselves. */
export const membersWithin = (nodes: Iterable<PlacedNode>, parentIds: Iterable<string>): Set<string> => {
  const children = new Map<string, string[]>();
  for (const { id, parent } of nodes) {
    if (parent === undefined) continue;
    const siblings = children.get(parent);
    if (siblings) siblings.push(id);
    else children.set(parent, [id]);
  }
  const outer = new Set(parentIds);
  const members = new Set<string>();
  const pending = [...outer];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    for (const child of children.get(id) ?? []) {
      if (members.has(child) || outer.has(child)) continue;
      members.add(child);
      pending.push(child);
    }
  }
  return members;
};

/** Without those that are inside another one of them: what moves when all of them are taken. */
export const outermost = (nodes: Placement, nodeIds: Iterable<string>): string[] => {
  const ids = new Set(nodeIds);
  return [...ids].filter((id) => nodes.has(id) && !parentsOf(nodes, id).some((parent) => ids.has(parent.id)));
};

type Point = WorkflowNode['position'];

/** Positions of nodes with a parent are relative to it. */
export const absolutePosition = (nodes: Placement<WorkflowNode>, nodeId: string): Point => {
  const own = nodes.get(nodeId)?.position ?? { x: 0, y: 0 };
  return parentsOf(nodes, nodeId).reduce(
    (sum, { position }) => ({ x: sum.x + position.x, y: sum.y + position.y }),
    own,
  );
};

/** In their order, but parents before what is in them: canvases draw and measure them so. */
export const parentsFirst = <Node extends PlacedNode>(nodes: readonly Node[]): Node[] => {
  const all = byId(nodes);
  const sorted = new Set<Node>();
  for (const node of nodes) {
    for (const parent of parentsOf(all, node.id).reverse()) sorted.add(parent);
    sorted.add(node);
  }
  return [...sorted];
};
