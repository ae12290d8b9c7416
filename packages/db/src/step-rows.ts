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

/** Gives the nodes of the top scope their steps, where they have none yet; those in containers get theirs as they start. */
export const addTopSteps = async (
  tx: PrismaTransaction,
  executionId: string,
  definition: WorkflowDefinition,
): Promise<void> => {
  const { scopeOf } = buildScopes(definition, getNodeDefinition);
  const nodes = definition.nodes.filter(({ id }) => scopeOf.get(id) === TOP_SCOPE);
  await tx.executionStep.createMany({
    data: nodes.map((node) => ({ executionId, ...newStep(node) })),
    skipDuplicates: true,
  });
};
