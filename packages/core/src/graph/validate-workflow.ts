import { parseDefinition } from '../definition/parse-definition.ts';
import type { Problem } from '../definition/problem.ts';
import type { WorkflowDefinition } from '../definition/workflow-definition.ts';
import { getNodeDefinition } from '../nodes/definitions.ts';
import { checkConfigs } from './check-configs.ts';
import { checkEdges } from './check-edges.ts';
import { checkExpressions } from './check-expressions.ts';
import { checkFeedback } from './check-feedback.ts';
import { checkIds } from './check-ids.ts';
import { checkMerges } from './check-merges.ts';
import { checkScopes } from './check-scopes.ts';
import { checkStructure } from './check-structure.ts';
import type { FindNodeDefinition } from './find-node-definition.ts';
import { buildGraph } from './graph.ts';
import { buildScopes } from './scopes.ts';

export type ValidatedWorkflow = {
  /** With defaults filled in; present when the shape is right, even if `problems` says it cannot run. */
  definition?: WorkflowDefinition;
  /** Everything that is wrong, in the order: shape, ids, node types and configs, edges, scopes, graph, expressions. */
  problems: Problem[];
};

/**
 * Says everything that is wrong with a definition at once, from anything that claims to be one. Never throws.
 * A node or an edge whose shape is wrong is reported as such and left out of the rest.
 * `nodeDefinition` replaces the built-in node types.
 */
export const validateWorkflow = (
  json: unknown,
  { nodeDefinition = getNodeDefinition }: { nodeDefinition?: FindNodeDefinition } = {},
): ValidatedWorkflow => {
  const { definition, problems: malformed, readable } = parseDefinition(json);
  const graph = buildGraph(readable);
  const scopes = buildScopes(readable, nodeDefinition);
  const shapeIsRight = definition !== undefined;
  const { configs, problems: badConfigs } = checkConfigs(readable.nodes, nodeDefinition);
  const problems = [
    ...malformed,
    ...checkIds(readable),
    ...badConfigs,
    ...checkEdges({ edges: readable.edges, graph, configs, nodeDefinition, shapeIsRight }),
    ...checkScopes({ ...readable, scopes, nodeDefinition, shapeIsRight }),
    ...checkStructure({ graph, scopes, shapeIsRight }),
    ...checkFeedback(scopes, nodeDefinition),
    ...checkMerges({ scopes, configs, nodeDefinition }),
    ...checkExpressions({ graph, scopes, configs, nodeDefinition, shapeIsRight }),
  ];
  return { ...(definition ? { definition } : {}), problems };
};

/** Whether the problems allow a run. */
export const isRunnable = (problems: readonly Problem[]): boolean =>
  problems.every((problem) => problem.severity !== 'error');
