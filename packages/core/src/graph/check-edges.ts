import type { Problem } from '../definition/problem.ts';
import type { WorkflowEdge, WorkflowNode } from '../definition/workflow-definition.ts';
import type { Port } from '../nodes/node-type.ts';
import type { Configs } from './check-configs.ts';
import type { FindNodeDefinition } from './find-node-definition.ts';
import type { Graph } from './graph.ts';
import { withErrorPort } from './output-ports.ts';

type EdgeCheck = {
  edges: WorkflowEdge[];
  graph: Graph;
  configs: Configs;
  nodeDefinition: FindNodeDefinition;
  /** Otherwise a node that is missing may be one whose shape is wrong, which is reported already. */
  shapeIsRight: boolean;
};

/** Each edge: do both nodes exist, and have they these ports? */
export const checkEdges = ({ edges, shapeIsRight, ...context }: EdgeCheck): Problem[] =>
  edges.flatMap((edge) => [
    ...(shapeIsRight ? unknownEnds(edge, context.graph) : []),
    ...unknownSourcePort(edge, context),
    ...unknownTargetPort(edge, context),
  ]);

type PortContext = Omit<EdgeCheck, 'edges' | 'shapeIsRight'>;

const unknownEnds = (edge: WorkflowEdge, graph: Graph): Problem[] =>
  (['source', 'target'] as const)
    .filter((end) => !graph.nodes.has(edge[end]))
    .map((end) => ({
      code: 'unknown_node',
      severity: 'error',
      edgeId: edge.id,
      field: end,
      message: `The connection “${edge.id}” ${end === 'source' ? 'starts at' : 'leads to'} “${edge[end]}”, which does not exist.`,
      params: { edge: edge.id, id: edge[end] },
    }));

/** Ports may depend on the config, so a node whose config is broken cannot be asked. */
const unknownSourcePort = (edge: WorkflowEdge, { graph, configs, nodeDefinition }: PortContext): Problem[] => {
  const node = graph.nodes.get(edge.source);
  const type = node && nodeDefinition(node.type);
  const config = node && configs.get(node.id);
  if (!type || !config) return [];
  return unknownPort(edge, {
    node,
    port: edge.sourcePort,
    field: 'sourcePort',
    ports: withErrorPort(node, type.outputs(config)),
  });
};

const unknownTargetPort = (edge: WorkflowEdge, { graph, nodeDefinition }: PortContext): Problem[] => {
  const node = graph.nodes.get(edge.target);
  const type = node && nodeDefinition(node.type);
  return type ? unknownPort(edge, { node, port: edge.targetPort, field: 'targetPort', ports: type.inputs }) : [];
};

type PortUse = { node: WorkflowNode; port: string; field: 'sourcePort' | 'targetPort'; ports: Port[] };

const unknownPort = (edge: WorkflowEdge, { node, port, field, ports }: PortUse): Problem[] => {
  if (ports.some(({ id }) => id === port)) return [];
  const direction = field === 'sourcePort' ? 'output' : 'input';
  const known = ports.map(({ id }) => `“${id}”`).join(', ');
  return [
    {
      code: 'unknown_port',
      severity: 'error',
      nodeId: node.id,
      edgeId: edge.id,
      field,
      message: `“${node.name}” has no ${direction} “${port}”; ${known ? `it has ${known}` : `it has no ${direction}s`}.`,
      params: { node: node.name, port, ports: known },
    },
  ];
};
