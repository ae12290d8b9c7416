/** Edits of a draft's edges, one transaction each; see `edit-nodes.ts` for joining several. */
import type * as Y from 'yjs';
import type { WorkflowEdge, WorkflowNode } from '../definition/workflow-definition.ts';
import { withErrorPort } from '../graph/output-ports.ts';
import { byId, containersOf } from '../graph/parents.ts';
import { getNodeDefinition, outputPortsOf } from '../nodes/definitions.ts';
import { draftEdges, nextOrder, type Origin, readEdges, readNode, readNodes, writeEdge } from './draft-document.ts';

export type Connection = Omit<WorkflowEdge, 'id'>;

export type ConnectionProblem =
  | 'unknown_node'
  | 'unknown_port'
  | 'same_node'
  | 'crosses_container'
  | 'duplicate'
  | 'cycle';

/** Why two ports cannot be connected; `undefined` when they can. Cheap enough to ask while an edge is being dragged. */
export const connectionProblem = (doc: Y.Doc, connection: Connection): ConnectionProblem | undefined => {
  const source = readNode(doc, connection.source);
  const target = readNode(doc, connection.target);
  if (!source || !target) return 'unknown_node';
  if (source.id === target.id) return 'same_node';
  const inputs = getNodeDefinition(target.type)?.inputs ?? [];
  const outputs = withErrorPort(source, outputPortsOf(source.type, source.config));
  if (!outputs.some((port) => port.id === connection.sourcePort)) return 'unknown_port';
  if (!inputs.some((port) => port.id === connection.targetPort)) return 'unknown_port';
  const nodes = readNodes(doc);
  if (scopeOf(nodes, source.id) !== scopeOf(nodes, target.id)) return 'crosses_container';
  const edges = readEdges(doc, nodes);
  if (edges.some((edge) => isSameConnection(edge, connection))) return 'duplicate';
  return reaches(edges, target.id, source.id) ? 'cycle' : undefined;
};

const scopeOf = (nodes: WorkflowNode[], nodeId: string): string | undefined =>
  containersOf(byId(nodes), nodeId, getNodeDefinition)[0];

const isSameConnection = (a: Connection, b: Connection): boolean =>
  a.source === b.source && a.sourcePort === b.sourcePort && a.target === b.target && a.targetPort === b.targetPort;

const reaches = (edges: WorkflowEdge[], from: string, to: string): boolean => {
  const targets = new Map<string, string[]>();
  for (const edge of edges) targets.set(edge.source, [...(targets.get(edge.source) ?? []), edge.target]);
  const seen = new Set([from]);
  const open = [from];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (id === to) return true;
    for (const next of targets.get(id) ?? []) {
      if (seen.has(next)) continue;
      seen.add(next);
      open.push(next);
    }
  }
  return false;
};

/** Two people who draw the same edge make one: the id comes from its ends. */
const edgeIdFor = (doc: Y.Doc, connection: Connection): string => {
  const base = `${connection.source}.${connection.sourcePort}-${connection.target}.${connection.targetPort}`.slice(
    0,
    130,
  );
  const edges = draftEdges(doc);
  if (!edges.has(base)) return base;
  for (let n = 2; ; n++) if (!edges.has(`${base}_${n}`)) return `${base}_${n}`;
};

/** Returns the new edge's id; `undefined`, and no change, when the ports cannot be connected. */
export const connect = (doc: Y.Doc, connection: Connection, origin: Origin): string | undefined => {
  if (connectionProblem(doc, connection)) return undefined;
  const id = edgeIdFor(doc, connection);
  doc.transact(() => writeEdge(doc, { id, ...connection }, nextOrder(draftEdges(doc))), origin);
  return id;
};

export const removeEdges = (doc: Y.Doc, edgeIds: Iterable<string>, origin: Origin): void => {
  doc.transact(() => {
    for (const id of edgeIds) draftEdges(doc).delete(id);
  }, origin);
};
