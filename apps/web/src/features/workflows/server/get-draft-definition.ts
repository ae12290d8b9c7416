import { parseDefinition } from '@agentweaver/core/definition/parse-definition';
import type { WorkflowDefinition } from '@agentweaver/core/definition/workflow-definition';
import { AppError } from '@agentweaver/core/errors/app-error';
import { workflowNotFound } from '@agentweaver/db/workflow-store';
import type { ReadContext } from './workflow-context.ts';

export type DraftDefinition = { name: string; description: string; definition: WorkflowDefinition };

/** The draft of a workflow as it was stored last. */
export const getDraftDefinition = async (
  { prisma, workspace }: ReadContext,
  workflowId: string,
): Promise<DraftDefinition> => {
  const row = await prisma.workflow.findFirst({
    where: { id: workflowId, workspaceId: workspace.id },
    select: { name: true, description: true, draft: { select: { definition: true } } },
  });
  if (!row?.draft) throw workflowNotFound();
  const { definition } = parseDefinition(row.draft.definition);
  // A draft may hold what is no definition yet, such as a retry count that is out of range.
  if (!definition) {
    throw new AppError('invalid_workflow', {
      publicMessage: 'The draft is not a complete definition yet. Open it and solve its problems first.',
    });
  }
  return { name: row.name, description: row.description, definition };
};
