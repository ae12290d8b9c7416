import { workflowNotFound } from '@agentweaver/db/workflow-store';
import { recordAudit } from '../../../server/audit.ts';
import type { WorkflowContext } from './workflow-context.ts';

type Names = { workflowId: string; name: string; description?: string };

/** Gives a workflow another name, and another description when there is one. */
export const renameWorkflow = async (
  { prisma, workspace, user }: WorkflowContext,
  { workflowId, name, description }: Names,
): Promise<void> => {
  await prisma.$transaction(async (transaction) => {
    const { count } = await transaction.workflow.updateMany({
      where: { id: workflowId, workspaceId: workspace.id },
      data: { name, description },
    });
    if (count === 0) throw workflowNotFound();
    await recordAudit(transaction, {
      workspaceId: workspace.id,
      userId: user.id,
      action: 'workflow.renamed',
      targetType: 'workflow',
      targetId: workflowId,
      data: { name },
    });
  });
};
