/**
 * What is inside what: moving nodes into containers and groups and out of them, wrapping and releasing. Each is one
 * transaction; positions on the canvas stay, so they become relative to the new parent; edges that would then lead
 * across a container's border are removed.
 */
import type * as Y from 'yjs';
import type { WorkflowNode } from '../definition/workflow-definition.ts';
import {
  absolutePosition,
  byId,
  containersOf,
  MAX_CONTAINER_DEPTH,
  membersWithin,
  outermost,
  parentsOf,
} from '../graph/parents.ts';
import { getNodeDefinition } from '../nodes/definitions.ts';
import { draftNode, draftNodes, nextOrder, type Origin, readEdges, readNodes, writeNode } from './draft-document.ts';
import { connect, removeEdges } from './edit-edges.ts';
import { freeName, newNodeId } from './new-names.ts';

type Nodes = ReadonlyMap<string, WorkflowNode>;

export type ParentProblem = 'unknown_node' | 'contains_nothing' | 'circle' | 'only_at_top' | 'too_deep';

/** Why a node cannot be moved there (`undefined`: out of everything); cheap enough to ask while it is dragged. */
export const parentProblem = (doc: Y.Doc, nodeId: string, parentId: string | undefined): ParentProblem | undefined =>
  problemIn(byId(readNodes(doc)), nodeId, parentId);

const problemIn = (nodes: Nodes, nodeId: string, parentId: string | undefined): ParentProblem | undefined => {
  if (!nodes.has(nodeId)) return 'unknown_node';
  if (parentId === undefined) return undefined;
  const parent = nodes.get(parentId);
  if (!parent) return 'unknown_node';
  if (!getNodeDefinition(parent.type)?.contains) return 'contains_nothing';
  if (parentId === nodeId || parentsOf(nodes, parentId).some(({ id }) => id === nodeId)) return 'circle';
  const outside = containersOf(nodes, parentId, getNodeDefinition).length + (isContainer(parent) ? 1 : 0);
  if (outside === 0) return undefined;
  const moved = [nodeId, ...membersWithin(nodes.values(), [nodeId])].flatMap((id) => nodes.get(id) ?? []);
  if (moved.some(({ type }) => type === 'input' || type === 'output')) return 'only_at_top';
  return outside + heightOf(nodes, nodeId, moved) > MAX_CONTAINER_DEPTH ? 'too_deep' : undefined;
};

const isContainer = (node: WorkflowNode): boolean => getNodeDefinition(node.type)?.contains === 'body';

/** How many containers stand in each other from this node inwards. */
const heightOf = (nodes: Nodes, nodeId: string, members: WorkflowNode[]): number => {
  const outside = containersOf(nodes, nodeId, getNodeDefinition).length;
  const depths = members.filter(isContainer).map(({ id }) => containersOf(nodes, id, getNodeDefinition).length + 1);
  return Math.max(outside, ...depths) - outside;
};

/**
 * Moves nodes, with what is inside them, into a container or a group, or out of everything. Nodes that may not go
 * there stay (`parentProblem`), as do those inside another one of them. Returns the ids of those that moved.
 */
export const moveIntoParent = (
  doc: Y.Doc,
  nodeIds: Iterable<string>,
  parentId: string | undefined,
  origin: Origin,
): string[] => {
  const tops = outermost(byId(readNodes(doc)), nodeIds);
  return placeNodes(doc, new Map(tops.map((id) => [id, parentId])), origin);
};

/** The same with a parent for each node, by its id. */
export const placeNodes = (doc: Y.Doc, parents: ReadonlyMap<string, string | undefined>, origin: Origin): string[] => {
  const moved: string[] = [];
  doc.transact(() => {
    const nodes = byId(readNodes(doc));
    for (const [id, parentId] of parents) {
      const node = nodes.get(id);
      if (!node || problemIn(nodes, id, parentId) || node.parent === parentId) continue;
      nodes.set(id, place(doc, nodes, node, parentId));
      moved.push(id);
    }
    removeEdges(doc, crossingEdges(doc, moved), origin);
  }, origin);
  return moved;
};

/** Gives the node as it is then. */
const place = (doc: Y.Doc, nodes: Nodes, node: WorkflowNode, parentId: string | undefined): WorkflowNode => {
  const shared = draftNode(doc, node.id);
  const at = absolutePosition(nodes, node.id);
  const frame = parentId === undefined ? { x: 0, y: 0 } : absolutePosition(nodes, parentId);
  const position = { x: at.x - frame.x, y: at.y - frame.y };
  shared?.set('position', position);
  if (parentId === undefined) shared?.delete('parent');
  else shared?.set('parent', parentId);
  const { parent: _, ...rest } = node;
  return { ...rest, position, ...(parentId === undefined ? {} : { parent: parentId }) };
};

/** The edges at these nodes, and at what is inside them, whose ends are in different scopes. */
const crossingEdges = (doc: Y.Doc, nodeIds: string[]): string[] => {
  const nodes = byId(readNodes(doc));
  const touched = new Set([...nodeIds, ...membersWithin(nodes.values(), nodeIds)]);
  const scopeOf = (id: string) => containersOf(nodes, id, getNodeDefinition)[0];
  return readEdges(doc)
    .filter(({ source, target }) => touched.has(source) || touched.has(target))
    .filter(({ source, target }) => scopeOf(source) !== scopeOf(target))
    .map(({ id }) => id);
};

/** Removes containers and groups but keeps what is inside: it moves out by one level. Edges at the containers go. */
export const releaseMembers = (doc: Y.Doc, containerIds: Iterable<string>, origin: Origin): void => {
  doc.transact(() => {
    for (const containerId of containerIds) {
      const nodes = byId(readNodes(doc));
      const container = nodes.get(containerId);
      if (!container) continue;
      for (const node of nodes.values()) if (node.parent === containerId) place(doc, nodes, node, container.parent);
      const edges = readEdges(doc).filter(({ source, target }) => source === containerId || target === containerId);
      removeEdges(
        doc,
        edges.map(({ id }) => id),
        origin,
      );
      draftNodes(doc).delete(containerId);
    }
  }, origin);
};

export type Wrapping = {
  /** `group`, or a container such as `map`. */
  type: string;
  /** Default: the type's title, numbered. */
  name?: string;
  /** Where the frame is on the canvas, not relative to anything. */
  position: { x: number; y: number };
  size: { width: number; height: number };
};

/**
 * Puts a new container or group around nodes of one scope. Edges between a container's new body and the outside are
 * led to the container and from it. Returns its id; `undefined`, and no change, when they cannot be wrapped together.
 */
export const wrapNodes = (
  doc: Y.Doc,
  nodeIds: Iterable<string>,
  wrapping: Wrapping,
  origin: Origin,
): string | undefined => {
  const nodes = byId(readNodes(doc));
  const tops = outermost(nodes, nodeIds);
  const parent = commonParent(nodes, tops);
  if (parent === 'none' || !canWrap(nodes, tops, wrapping.type, parent)) return undefined;
  const id = newNodeId(doc, wrapping.type);
  doc.transact(() => {
    const definition = getNodeDefinition(wrapping.type);
    const added: WorkflowNode = {
      id,
      type: wrapping.type,
      name: wrapping.name ?? freeName(doc, definition?.title ?? wrapping.type),
      position: wrapping.position,
      size: wrapping.size,
      config: structuredClone(definition?.defaults ?? {}),
    };
    writeNode(doc, added, nextOrder(draftNodes(doc)));
    if (parent !== undefined) placeNodes(doc, new Map([[id, parent]]), origin);
    const border = definition?.contains === 'body' ? borderEdges(doc, tops) : [];
    placeNodes(doc, new Map(tops.map((top) => [top, id])), origin);
    for (const { edge, enters } of border) {
      if (enters) connect(doc, { ...ends(edge), target: id, targetPort: 'in' }, origin);
      else connect(doc, { ...ends(edge), source: id, sourcePort: 'out' }, origin);
    }
  }, origin);
  return id;
};

/** The parent that all of them have; the scope's container when only groups set them apart. */
const commonParent = (nodes: Nodes, ids: string[]): string | undefined | 'none' => {
  const [first] = ids;
  if (first === undefined) return 'none';
  const parents = new Set(ids.map((id) => nodes.get(id)?.parent));
  if (parents.size === 1) return nodes.get(first)?.parent;
  const scopes = new Set(ids.map((id) => containersOf(nodes, id, getNodeDefinition)[0]));
  return scopes.size === 1 ? [...scopes][0] : 'none';
};

/** Asked of a copy of the nodes in which the container stands already. */
const canWrap = (nodes: Nodes, ids: string[], type: string, parent: string | undefined): boolean => {
  const id = '';
  const container: WorkflowNode = {
    id,
    type,
    name: type,
    position: { x: 0, y: 0 },
    config: {},
    ...(parent === undefined ? {} : { parent }),
  };
  const withContainer = new Map([...nodes, [id, container]]);
  return ids.every((wrapped) => problemIn(withContainer, wrapped, id) === undefined);
};

type Edge = ReturnType<typeof readEdges>[number];

const borderEdges = (doc: Y.Doc, ids: string[]): { edge: Edge; enters: boolean }[] => {
  const inside = new Set([...ids, ...membersWithin(readNodes(doc), ids)]);
  return readEdges(doc)
    .filter(({ source, target }) => inside.has(source) !== inside.has(target))
    .map((edge) => ({ edge, enters: inside.has(edge.target) }));
};

const ends = ({ source, sourcePort, target, targetPort }: Edge) => ({ source, sourcePort, target, targetPort });
