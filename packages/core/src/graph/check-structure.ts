import type { Problem } from '../definition/problem.ts';
import type { WorkflowNode } from '../definition/workflow-definition.ts';
import { descendantsOf, findCycles, type Graph } from './graph.ts';
import { type Scopes, TOP_SCOPE } from './scopes.ts';

type StructureCheck = {
  graph: Graph;
  scopes: Scopes;
  /** Otherwise an input, an output or a way there may be missing only because its shape is wrong. */
  shapeIsRight: boolean;
};

/** The graph as a whole: one way in, a way out, no circles, nothing left aside. */
export const checkStructure = ({ graph, scopes, shapeIsRight }: StructureCheck): Problem[] => {
  const nodes = [...graph.nodes.values()];
  const inputs = nodes.filter((node) => node.type === 'input');
  const outputs = nodes.filter((node) => node.type === 'output');
  return [
    ...(shapeIsRight && inputs.length === 0 ? [NO_INPUT] : []),
    ...inputs.slice(1).map(severalInputs),
    ...(shapeIsRight && outputs.length === 0 ? [NO_OUTPUT] : []),
    ...[...scopes.graphs.values()].flatMap((scope) => findCycles(scope).map((cycle) => cycleProblem(cycle, graph))),
    ...(shapeIsRight ? unreachable(scopes.graphs.get(TOP_SCOPE) ?? graph, inputs) : []),
  ];
};

const NO_INPUT: Problem = {
  code: 'no_input',
  severity: 'error',
  message: 'The workflow has no Input node; add one where it starts.',
};

const NO_OUTPUT: Problem = {
  code: 'no_output',
  severity: 'error',
  message: 'The workflow has no Output node; add one for its result.',
};

const severalInputs = (node: WorkflowNode): Problem => ({
  code: 'several_inputs',
  severity: 'error',
  nodeId: node.id,
  message: `“${node.name}” is a second Input node; a workflow has one.`,
  params: { node: node.name },
});

const cycleProblem = (cycle: string[], graph: Graph): Problem => {
  const names = cycle.map((id) => `“${graph.nodes.get(id)?.name ?? id}”`);
  const route = [...names, names[0]].join(' → ');
  return {
    code: 'cycle',
    severity: 'error',
    nodeId: cycle[0],
    message: `The connections go round in a circle: ${route}. Remove one of them.`,
    params: { route, ids: cycle.join(',') },
  };
};

/**
 * Without an input everything would be unreachable, which says nothing new. What is inside a container starts with it:
 * there, every node without an edge that leads to it is a first one.
 */
const unreachable = (graph: Graph, inputs: WorkflowNode[]): Problem[] => {
  if (inputs.length === 0) return [];
  const inputIds = inputs.map((node) => node.id);
  const reached = new Set([...inputIds, ...descendantsOf(graph, inputIds)]);
  return [...graph.nodes.values()]
    .filter((node) => !reached.has(node.id))
    .map((node) => ({
      code: 'unreachable',
      severity: 'error',
      nodeId: node.id,
      message: `No connection leads from the input to “${node.name}”; connect it or remove it.`,
      params: { node: node.name },
    }));
};
