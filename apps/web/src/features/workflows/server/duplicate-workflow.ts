import { createWorkflow } from './create-workflow.ts';
import { getDraftDefinition } from './get-draft-definition.ts';
import type { WorkflowContext } from './workflow-context.ts';

/** A new workflow with the same draft; versions and executions stay with the original. */
export const duplicateWorkflow = async (
  context: WorkflowContext,
  { workflowId, name }: { workflowId: string; name: string },
): Promise<{ id: string; name: string }> => {
  const { description, definition } = await getDraftDefinition(context, workflowId);
  return createWorkflow(context, {
    name,
    description,
    definition,
    action: 'workflow.duplicated',
    data: { from: workflowId },
  });
};
