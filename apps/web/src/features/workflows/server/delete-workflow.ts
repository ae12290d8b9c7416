import { workflowNotFound } from '@agentweaver/db/workflow-store';
import { recordAudit } from '../../../server/audit.ts';
import { getCollab } from '../../../server/collab.ts';
import type { WorkflowContext } from './workflow-context.ts';

/**
 * Deletes a workflow with its draft, versions and executions; usage stays for the analytics. An executor that runs
 * one of its executions loses the claim with the row and stops.
 */
export const deleteWorkflow = async (
  { prisma, workspace, user }: WorkflowContext,
  workflowId: string,
): Promise<{ name: string }> => {
  const deleted = await prisma.$transaction(async (transaction) => {
    const workflow = await transaction.workflow.findFirst({
      where: { id: workflowId, workspaceId: workspace.id },
      select: { name: true, _count: { select: { executions: true, versions: true } } },
    });
    if (!workflow) throw workflowNotFound();
    await transaction.workflow.delete({ where: { id: workflowId } });
    await recordAudit(transaction, {
      workspaceId: workspace.id,
      userId: user.id,
      action: 'workflow.deleted',
      targetType: 'workflow',
      targetId: workflowId,
      data: { name: workflow.name, ...workflow._count },
    });
    return workflow;
  });
  getCollab()?.forget(workflowId);
  return { name: deleted.name };
};
