import { deleteExecution as deleteStored } from '@agentweaver/db/delete-execution';
import type { ReadContext } from './execution-context.ts';

export const deleteExecution = async (
  { prisma, workspace, user }: ReadContext & { user: { id: string } },
  executionId: string,
): Promise<void> => deleteStored(prisma, { id: executionId, workspaceId: workspace.id, userId: user.id });
