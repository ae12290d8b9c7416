import { parseDefinition } from '../definition/parse-definition.ts';
import type { Problem } from '../definition/problem.ts';
import type { WorkflowDefinition, WorkflowNode } from '../definition/workflow-definition.ts';
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
import { membersWithin } from './parents.ts';
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
  return {
    ...(definition ? { definition } : {}),
    problems: problems.map(softenUnused(readable.nodes, nodeDefinition)),
  };
};

/** Of these, those that are only about what a step would use when it runs. */
const ONLY_WHEN_RUN: ReadonlySet<Problem['code']> = new Set([
  'invalid_config',
  'broken_expression',
  'unknown_reference',
  'not_an_ancestor',
  'empty_container',
]);

/** What is inside a disabled container never runs, like a node that is disabled itself. */
const softenUnused = (nodes: WorkflowNode[], nodeDefinition: FindNodeDefinition): ((problem: Problem) => Problem) => {
  const disabled = nodes.filter((node) => node.disabled && nodeDefinition(node.type)?.contains === 'body');
  const unused = membersWithin(
    nodes,
    disabled.map(({ id }) => id),
  );
  return (problem) =>
    problem.nodeId !== undefined && unused.has(problem.nodeId) && ONLY_WHEN_RUN.has(problem.code)
      ? { ...problem, severity: 'warning' }
      : problem;
};

/** Whether the problems allow a run. */
export const isRunnable = (problems: readonly Problem[]): boolean =>
  problems.every((problem) => problem.severity !== 'error');
