import type { WorkflowEdge, WorkflowNode } from '@agentweaver/core/definition/workflow-definition';
import { buildScopes, type Scopes, stepsSeenBy } from '@agentweaver/core/graph/scopes';
import { getNodeDefinition } from '@agentweaver/core/nodes/definitions';

export type GraphView = { nodes: readonly WorkflowNode[]; edges: readonly WorkflowEdge[] };

const cache = new WeakMap<GraphView, Scopes>();

/** The scopes of a view of the draft; of the same view they are found once. */
export const scopesOf = (view: GraphView): Scopes => {
  const known = cache.get(view);
  if (known) return known;
  const scopes = buildScopes(view, getNodeDefinition);
  cache.set(view, scopes);
  return scopes;
};

/** The steps that a node's expressions may look at: its ancestors, and those of the containers that it lies in. */
export const visibleSteps = (view: GraphView, nodeId: string): Set<string> => stepsSeenBy(scopesOf(view), nodeId);
