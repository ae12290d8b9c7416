import type { WorkflowDefinition, WorkflowNode } from '@agentweaver/core/definition/workflow-definition';
import { AppError } from '@agentweaver/core/errors/app-error';
import { ancestorsOf, descendantsOf } from '@agentweaver/core/graph/graph';
import { buildScopes, TOP_SCOPE } from '@agentweaver/core/graph/scopes';
import { getNodeDefinition } from '@agentweaver/core/nodes/definitions';

export type ReuseRequest = {
  /** The execution whose steps are taken over. */
  executionId: string;
  /** The step to run again, with everything that comes after it. */
  from: string;
  /** Its output instead: only what comes after it runs. */
  editedOutput?: unknown;
};

/** Which steps of an earlier execution need not run again, on the definition that runs now. */
export type ReusePlan = {
  /** Nodes of the top scope, those that the definition has and that come before. */
  copied: WorkflowNode[];
  /** The node whose output is given. */
  edited: WorkflowNode | undefined;
};

/** Throws `not_found` for a step that the definition does not have, `bad_request` for one inside of a container. */
export const planReuse = (
  definition: WorkflowDefinition,
  { from, editedOutput }: Pick<ReuseRequest, 'from' | 'editedOutput'>,
  only: string | undefined,
): ReusePlan => {
  const { graphs, scopeOf } = buildScopes(definition, getNodeDefinition);
  const top = graphs.get(TOP_SCOPE);
  const node = requireTopNode(definition, scopeOf, only ?? from);
  if (!top) throw noSuchStep(node.id);
  const edited = editedOutput === undefined || only !== undefined ? undefined : node;
  const before = ancestorsOf(top, node.id);
  const after = descendantsOf(top, [node.id]);
  const isCopied =
    only === undefined ? (id: string) => id !== node.id && !after.has(id) : (id: string) => before.has(id);
  return { copied: [...top.nodes.values()].filter(({ id }) => isCopied(id)), edited };
};

/** The node, when it is one of the top scope. */
export const requireTopNode = (
  { nodes }: WorkflowDefinition,
  scopeOf: ReadonlyMap<string, string>,
  nodeId: string,
): WorkflowNode => {
  const node = nodes.find(({ id }) => id === nodeId);
  const scope = scopeOf.get(nodeId);
  if (!node || scope === undefined) throw noSuchStep(nodeId);
  if (scope === TOP_SCOPE) return node;
  const container = nodes.find(({ id }) => id === scope)?.name ?? scope;
  throw new AppError('bad_request', {
    publicMessage: `“${node.name}” runs inside “${container}”, once for each round. Run again from “${container}”.`,
    problems: [{ field: 'nodeId', message: `is inside the container ${scope}` }],
  });
};

const noSuchStep = (nodeId: string): AppError =>
  new AppError('not_found', { publicMessage: `The workflow has no step “${nodeId}”.` });
