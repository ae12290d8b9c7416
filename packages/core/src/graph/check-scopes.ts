import type { Problem } from '../definition/problem.ts';
import type { WorkflowEdge, WorkflowNode } from '../definition/workflow-definition.ts';
import { severityFor } from './check-configs.ts';
import type { FindNodeDefinition } from './find-node-definition.ts';
import { byId, containersOf, MAX_CONTAINER_DEPTH, parentsOf } from './parents.ts';
import { type Scopes, TOP_SCOPE } from './scopes.ts';

type ScopeCheck = {
  nodes: WorkflowNode[];
  edges: WorkflowEdge[];
  scopes: Scopes;
  nodeDefinition: FindNodeDefinition;
  /** Otherwise a parent that is missing may be one whose shape is wrong, which is reported already. */
  shapeIsRight: boolean;
};

type Nodes = ReadonlyMap<string, WorkflowNode>;

/** What is inside what: parents that can contain something, bodies with something in them, edges that stay inside. */
export const checkScopes = (check: ScopeCheck): Problem[] => {
  const nodes = byId(check.nodes);
  return [
    ...[...nodes.values()].flatMap((node) => wrongParent(node, nodes, check)),
    ...[...nodes.values()].flatMap((node) => emptyContainer(node, check)),
    ...check.edges.flatMap((edge) => crossingEdge(edge, nodes, check.scopes)),
  ];
};

const wrongParent = (node: WorkflowNode, nodes: Nodes, check: ScopeCheck): Problem[] => {
  const { scopes, nodeDefinition, shapeIsRight } = check;
  const type = nodeDefinition(node.type);
  if (type?.contains === 'body' && containersOf(nodes, node.id, nodeDefinition).length === MAX_CONTAINER_DEPTH)
    return [tooDeep(node)];
  if (node.parent === undefined) return [];
  const parent = nodes.get(node.parent);
  if (!parent) return shapeIsRight ? [missingParent(node, node.parent)] : [];
  if (nodeDefinition(parent.type)?.contains === undefined) return [containsNothing(node, parent)];
  if (isInsideItself(node, nodes)) return [circle(node)];
  const isEnd = node.type === 'input' || node.type === 'output';
  return isEnd && scopes.scopeOf.get(node.id) !== TOP_SCOPE ? [onlyAtTop(node)] : [];
};

/** Reported at each node of the circle, not at what is inside them. */
const isInsideItself = (node: WorkflowNode, nodes: Nodes): boolean =>
  parentsOf(nodes, node.id).at(-1)?.parent === node.id || node.parent === node.id;

type InvalidParent = { node: WorkflowNode; kind: string; message: string; params?: Record<string, string> };

/** `kind` chooses the words in other languages. */
const invalidParent = ({ node, kind, message, params }: InvalidParent): Problem => ({
  code: 'invalid_parent',
  severity: 'error',
  nodeId: node.id,
  field: 'parent',
  message,
  params: { node: node.name, kind, parent: '', ...params },
});

const missingParent = (node: WorkflowNode, parent: string): Problem =>
  invalidParent({
    node,
    kind: 'missing',
    message: `“${node.name}” is inside “${parent}”, which does not exist.`,
    params: { parent },
  });

const containsNothing = (node: WorkflowNode, parent: WorkflowNode): Problem =>
  invalidParent({
    node,
    kind: 'no_container',
    message: `“${node.name}” is inside “${parent.name}”, which contains nothing; move it out.`,
    params: { parent: parent.name },
  });

const circle = (node: WorkflowNode): Problem =>
  invalidParent({ node, kind: 'circle', message: `“${node.name}” is inside itself; move it out.` });

const onlyAtTop = (node: WorkflowNode): Problem =>
  invalidParent({
    node,
    kind: 'only_at_top',
    message: `“${node.name}” is inside a container; input and output of a workflow stand outside of all.`,
  });

const tooDeep = (node: WorkflowNode): Problem =>
  invalidParent({
    node,
    kind: 'too_deep',
    message: `“${node.name}” is inside ${MAX_CONTAINER_DEPTH} other containers; that is as deep as they can go.`,
    params: { max: String(MAX_CONTAINER_DEPTH) },
  });

const emptyContainer = (node: WorkflowNode, { scopes, nodeDefinition }: ScopeCheck): Problem[] => {
  if (nodeDefinition(node.type)?.contains !== 'body' || scopes.graphs.get(node.id)?.nodes.size !== 0) return [];
  return [
    {
      code: 'empty_container',
      severity: severityFor(node),
      nodeId: node.id,
      message: `“${node.name}” has nothing inside; put the steps into it that it repeats.`,
      params: { node: node.name },
    },
  ];
};

const crossingEdge = (edge: WorkflowEdge, nodes: Nodes, { scopeOf }: Scopes): Problem[] => {
  const [from, to] = [scopeOf.get(edge.source), scopeOf.get(edge.target)];
  if (from === undefined || to === undefined || from === to) return [];
  const [source, target] = [edge.source, edge.target].map((id) => nodes.get(id)?.name ?? id);
  return [
    {
      code: 'crosses_container',
      severity: 'error',
      nodeId: edge.target,
      edgeId: edge.id,
      message: `The connection from “${source}” to “${target}” crosses the border of a container; connect the container itself.`,
      params: { source: source ?? '', target: target ?? '' },
    },
  ];
};
