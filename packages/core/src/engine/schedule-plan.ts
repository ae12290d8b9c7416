import type { WorkflowEdge, WorkflowNode } from '../definition/workflow-definition.ts';
import { type FeedbackRegion, findFeedbackRegions } from '../graph/feedback-regions.ts';
import type { FindNodeDefinition } from '../graph/find-node-definition.ts';
import { ancestorsOf, type Graph, outgoingEdges, topologicalOrder } from '../graph/graph.ts';

/** All that is known of one scope before it runs: made once, however often the scope runs. */
export type SchedulePlan = {
  readonly graph: Graph;
  /** How many active edges start a node, for those that do not wait until every edge is decided. */
  readonly startsAfter: ReadonlyMap<string, number>;
  /** The nodes all of whose ways lead to a node that cancels them when it starts. */
  readonly losers: ReadonlyMap<string, readonly string[]>;
  /** The regions that a node is in, outer ones first; nodes that are in none are missing. */
  readonly regionsOf: ReadonlyMap<string, readonly FeedbackRegion[]>;
  readonly regionOfEvaluation: ReadonlyMap<string, FeedbackRegion>;
  /** Edges that leave a region past its evaluation: undecided until that has settled for good. */
  readonly heldBy: ReadonlyMap<WorkflowEdge, FeedbackRegion>;
};

export const planSchedule = (graph: Graph, nodeDefinition: FindNodeDefinition): SchedulePlan => {
  const startsAfter = new Map<string, number>();
  const losers = new Map<string, readonly string[]>();
  for (const node of graph.nodes.values()) {
    const { count, cancels } = readMerge(node, nodeDefinition);
    if (count === 'all') continue;
    startsAfter.set(node.id, Math.max(1, count));
    if (cancels) losers.set(node.id, losersOf(graph, node.id));
  }
  const { regions } = findFeedbackRegions(graph, nodeDefinition);
  return { graph, startsAfter, losers, ...indexRegions(graph, regions) };
};

/** A disabled node, and one whose config does not parse, waits for all like any other. */
const readMerge = (
  node: WorkflowNode,
  nodeDefinition: FindNodeDefinition,
): { count: number | 'all'; cancels: boolean } => {
  const definition = nodeDefinition(node.type);
  const waitsForAll = { count: 'all', cancels: false } as const;
  if (!definition?.startsAfter || node.disabled) return waitsForAll;
  const config = definition.config.safeParse(node.config);
  if (!config.success) return waitsForAll;
  return { count: definition.startsAfter(config.data), cancels: definition.cancelsOthers?.(config.data) ?? false };
};

/** From the back, so that where a node leads to is known before the node is looked at. */
const losersOf = (graph: Graph, mergeId: string): string[] => {
  const ancestors = ancestorsOf(graph, mergeId);
  const lost = new Set([mergeId]);
  for (const id of topologicalOrder(graph).toReversed()) {
    if (ancestors.has(id) && outgoingEdges(graph, id).every((edge) => lost.has(edge.target))) lost.add(id);
  }
  lost.delete(mergeId);
  return [...graph.nodes.keys()].filter((id) => lost.has(id));
};

const indexRegions = (graph: Graph, regions: readonly FeedbackRegion[]) => {
  const regionsOf = new Map<string, FeedbackRegion[]>();
  const heldBy = new Map<WorkflowEdge, FeedbackRegion>();
  for (const region of regions) {
    for (const member of region.members) {
      const list = regionsOf.get(member);
      if (list) list.push(region);
      else regionsOf.set(member, [region]);
      if (member === region.evaluation) continue;
      for (const edge of outgoingEdges(graph, member)) {
        // Outer regions come first, and what an outer one holds it holds longer.
        if (!region.members.has(edge.target) && !heldBy.has(edge)) heldBy.set(edge, region);
      }
    }
  }
  const regionOfEvaluation = new Map(regions.map((region) => [region.evaluation, region]));
  return { regionsOf, regionOfEvaluation, heldBy };
};
