import type { WorkflowEdge, WorkflowNode } from '../definition/workflow-definition.ts';
import type { FindNodeDefinition } from './find-node-definition.ts';
import { ancestorsOf, buildGraph, descendantsOf, type Graph, incomingEdges, topologicalOrder } from './graph.ts';

/** What goes round when an evaluation is not satisfied: the judged node, the evaluation, and all between them. */
export type FeedbackRegion = {
  evaluation: string;
  judged: string;
  /** In the graph's order, the judged node and the evaluation included. */
  members: ReadonlySet<string>;
};

/** Why an evaluation has no region, and takes no way back. */
export type FeedbackProblem =
  /** What it judges is not there, does not lead to it, or is not to be told among several that do. */
  | { kind: 'invalid_judged'; evaluation: string; judged: string | undefined }
  /** Its region and another's share nodes and neither lies within the other, or each waits for the other to end. */
  | { kind: 'overlapping'; evaluation: string; other: string };

/** The regions of one scope, outer ones before those that lie within them. */
export const findFeedbackRegions = (
  graph: Graph,
  nodeDefinition: FindNodeDefinition,
): { regions: FeedbackRegion[]; problems: FeedbackProblem[] } => {
  const problems: FeedbackProblem[] = [];
  const found: FeedbackRegion[] = [];
  for (const node of graph.nodes.values()) {
    const judges = readJudged(node, nodeDefinition);
    if (!judges) continue;
    const judged = judges.judged ?? onlyPredecessor(graph, node.id);
    const members = judged === undefined ? undefined : membersOf(graph, judged, node.id);
    if (judged !== undefined && members) found.push({ evaluation: node.id, judged, members });
    else problems.push({ kind: 'invalid_judged', evaluation: node.id, judged });
  }
  // The larger of two that nest is the outer one.
  found.sort((a, b) => b.members.size - a.members.size);
  const regions: FeedbackRegion[] = [];
  for (const region of found) {
    const other =
      regions.find((outer) => overlaps(outer, region)) ??
      (waitsForItself(graph, [...regions, region]) ? regions.at(-1) : undefined);
    if (other) problems.push({ kind: 'overlapping', evaluation: region.evaluation, other: other.evaluation });
    else regions.push(region);
  }
  return { regions, problems };
};

/** `undefined` for what is no evaluation, is disabled, or has a config that does not parse. */
const readJudged = (
  node: WorkflowNode,
  nodeDefinition: FindNodeDefinition,
): { judged: string | undefined } | undefined => {
  const definition = nodeDefinition(node.type);
  if (!definition?.judged || node.disabled) return undefined;
  const config = definition.config.safeParse(node.config);
  return config.success ? { judged: definition.judged(config.data) || undefined } : undefined;
};

const onlyPredecessor = (graph: Graph, nodeId: string): string | undefined => {
  const sources = new Set(incomingEdges(graph, nodeId).map((edge) => edge.source));
  const [only] = sources;
  return sources.size === 1 ? only : undefined;
};

const membersOf = (graph: Graph, judged: string, evaluation: string): Set<string> | undefined => {
  const before = ancestorsOf(graph, evaluation);
  if (judged === evaluation || !before.has(judged)) return undefined;
  const after = descendantsOf(graph, [judged]);
  const isMember = (id: string) => id === judged || id === evaluation || (before.has(id) && after.has(id));
  return new Set([...graph.nodes.keys()].filter(isMember));
};

const overlaps = ({ members: outer }: FeedbackRegion, { members: inner }: FeedbackRegion): boolean => {
  const shared = [...inner].filter((id) => outer.has(id)).length;
  return shared > 0 && shared < inner.size;
};

/**
 * Whether regions wait for each other: what leaves a region waits for its evaluation, so a step of one that needs a
 * step of another can close a circle where the edges themselves have none.
 */
const waitsForItself = (graph: Graph, regions: readonly FeedbackRegion[]): boolean => {
  const isAcyclic = (edges: Iterable<WorkflowEdge>) => {
    const nodes = [...graph.nodes.values()];
    return topologicalOrder(buildGraph({ nodes, edges: [...edges] })).length === nodes.length;
  };
  const edges = [...graph.outgoing.values()].flat();
  if (regions.length < 2 || !isAcyclic(edges)) return false;
  const held = edges.map((edge) => {
    const holder = regions.find(({ members }) => members.has(edge.source) && !members.has(edge.target));
    return holder ? { ...edge, source: holder.evaluation } : edge;
  });
  return !isAcyclic(held);
};
