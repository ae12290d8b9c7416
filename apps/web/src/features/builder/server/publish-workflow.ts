import { publishDraft } from '@agentweaver/db/workflow-store';
import type { WorkflowContext } from '../../workflows/server/workflow-context.ts';

/** Freezes the stored draft and makes it what the API runs; refuses a draft with errors, naming each. */
export const publishWorkflow = (
  { prisma, workspace, user }: WorkflowContext,
  { workflowId, note }: { workflowId: string; note: string },
): Promise<{ id: string; number: number }> =>
  publishDraft(prisma, { workspaceId: workspace.id, userId: user.id, workflowId, note });
