import { createWorkflow } from '@agentweaver/db/workflow-store';
import { getDraftDefinition } from './get-draft-definition.ts';
import type { WorkflowContext } from './workflow-context.ts';

/** A new workflow with the same draft; versions and executions stay with the original. */
export const duplicateWorkflow = async (
  context: WorkflowContext,
  { workflowId, name }: { workflowId: string; name: string },
): Promise<{ id: string; name: string }> => {
  const { description, definition } = await getDraftDefinition(context, workflowId);
  return createWorkflow(context.prisma, {
    workspaceId: context.workspace.id,
    userId: context.user.id,
    name,
    description,
    definition,
    action: 'workflow.duplicated',
    data: { from: workflowId },
  });
};
