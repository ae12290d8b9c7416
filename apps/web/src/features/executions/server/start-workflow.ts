import type { ExecutionQueue } from '@agentweaver/db/queue';
import { startExecution } from '@agentweaver/db/start-execution';
import type { ReadContext } from './execution-context.ts';

export type StartContext = ReadContext & { queue: ExecutionQueue; user: { id: string } };

export type StartWorkflowInput = {
  workflowId: string;
  source: 'draft' | 'published';
  input: unknown;
  rerunOfId?: string;
};

export const startWorkflow = async (
  { prisma, queue, workspace, user }: StartContext,
  input: StartWorkflowInput,
): Promise<{ id: string }> => {
  const { id } = await startExecution(
    { prisma, queue },
    { ...input, workspaceId: workspace.id, trigger: 'manual', userId: user.id },
  );
  return { id };
};
