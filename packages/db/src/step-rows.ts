import type { WorkflowDefinition, WorkflowNode } from '@agentweaver/core/definition/workflow-definition';
import { buildScopes, TOP_SCOPE } from '@agentweaver/core/graph/scopes';
import { getNodeDefinition } from '@agentweaver/core/nodes/definitions';
import type { PrismaTransaction } from './client.ts';
import { storableText } from './json.ts';

/** The columns of a step's row that say what it runs. */
export const newStep = (
  node: WorkflowNode,
): { nodeId: string; nodeType: string; nodeName: string; agentRole: string | undefined } => ({
  nodeId: node.id,
  nodeType: node.type,
  nodeName: node.name,
  agentRole: agentRole(node),
});

const agentRole = ({ type, config }: WorkflowNode): string | undefined =>
  (type === 'agent' || type === 'coordinator') && typeof config.role === 'string'
    ? storableText(config.role)
    : undefined;

/** The nodes that run by themselves; those in containers get their rows as they start. */
export const topNodes = (definition: WorkflowDefinition): WorkflowNode[] => {
  const { scopeOf } = buildScopes(definition, getNodeDefinition);
  return definition.nodes.filter(({ id }) => scopeOf.get(id) === TOP_SCOPE);
};

/** Gives those nodes their rows at once, where they have none. */
export const addTopSteps = async (
  tx: PrismaTransaction,
  executionId: string,
  definition: WorkflowDefinition,
): Promise<void> => {
  await tx.executionStep.createMany({
    data: topNodes(definition).map((node) => ({ executionId, ...newStep(node) })),
    skipDuplicates: true,
  });
};
