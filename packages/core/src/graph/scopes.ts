import type { WorkflowEdge, WorkflowNode } from '../definition/workflow-definition.ts';
import type { FindNodeDefinition } from './find-node-definition.ts';
import { ancestorsOf, buildGraph, type Graph } from './graph.ts';

/** The scope of the nodes that are in no container. */
export const TOP_SCOPE = '';

/**
 * A definition cut into scopes: the nodes that run together, with the edges among them. One scope is the workflow
 * itself, the others are the bodies of its containers. Nodes that are only drawn are in none of them.
 */
export type Scopes = {
  /** By the id of the container whose body it is; `TOP_SCOPE` is the workflow itself. */
  graphs: ReadonlyMap<string, Graph>;
  /** The scope of each node; nodes that are only drawn are missing. */
  scopeOf: ReadonlyMap<string, string>;
};

type Parts = { nodes: readonly WorkflowNode[]; edges: readonly WorkflowEdge[] };

/** Edges that cross from one scope to another are left out. Never throws: a ring of parents counts as no parent. */
export const buildScopes = ({ nodes, edges }: Parts, nodeDefinition: FindNodeDefinition): Scopes => {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const scopeOf = new Map<string, string>();
  const members = new Map<string, WorkflowNode[]>([[TOP_SCOPE, []]]);
  for (const node of nodes) {
    const definition = nodeDefinition(node.type);
    if (definition?.canvasOnly) continue;
    const scope = containerOf(node, byId, nodeDefinition);
    scopeOf.set(node.id, scope);
    const list = members.get(scope);
    if (list) list.push(node);
    else members.set(scope, [node]);
    if (definition?.contains === 'body' && !members.has(node.id)) members.set(node.id, []);
  }
  const edgesOf = Map.groupBy(edges, (edge) => scopeOf.get(edge.source));
  const graphs = [...members].map(
    ([scope, inside]) => [scope, buildGraph({ nodes: inside, edges: edgesOf.get(scope) ?? [] })] as const,
  );
  return { graphs: new Map(graphs), scopeOf };
};

/** The nearest ancestor by `parent` that runs what it contains; frames on the way are only drawn. */
const containerOf = (
  node: WorkflowNode,
  byId: ReadonlyMap<string, WorkflowNode>,
  nodeDefinition: FindNodeDefinition,
): string => {
  const seen = new Set([node.id]);
  for (let id = node.parent; id !== undefined && !seen.has(id); id = byId.get(id)?.parent) {
    seen.add(id);
    const parent = byId.get(id);
    if (parent && nodeDefinition(parent.type)?.contains === 'body') return id;
  }
  return TOP_SCOPE;
};

/** The nodes of a scope that this one can come after: its ancestors there, and what its container sees. */
export const stepsSeenBy = (scopes: Scopes, nodeId: string): Set<string> => {
  const seen = new Set<string>();
  const passed = new Set<string>();
  for (let id: string | undefined = nodeId; id !== undefined && id !== TOP_SCOPE && !passed.has(id); ) {
    passed.add(id);
    const scope: string | undefined = scopes.scopeOf.get(id);
    const graph = scope === undefined ? undefined : scopes.graphs.get(scope);
    if (graph) for (const ancestor of ancestorsOf(graph, id)) seen.add(ancestor);
    id = scope;
  }
  return seen;
};
