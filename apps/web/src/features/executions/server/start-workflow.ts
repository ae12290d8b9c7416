import { executionNotFound } from '@agentweaver/db/execution-store';
import type { ExecutionQueue } from '@agentweaver/db/queue';
import { startExecution } from '@agentweaver/db/start-execution';
import type { ReadContext } from './execution-context.ts';

export type StartContext = ReadContext & { queue: ExecutionQueue; user: { id: string } };

export type StartWorkflowInput = {
  workflowId: string;
  source: 'draft' | 'published';
  input: unknown;
  /** Of the same workspace. */
  rerunOfId?: string;
  /** Not before this time. */
  startAfter?: Date;
  /** Takes the outputs of that execution for all but this step and what it leads to. */
  reuse?: { executionId: string; from: string };
  /** Runs this step and nothing else. */
  only?: string;
};

export const startWorkflow = async (
  { prisma, queue, workspace, user }: StartContext,
  input: StartWorkflowInput,
): Promise<{ id: string }> => {
  const { rerunOfId } = input;
  if (rerunOfId && !(await prisma.execution.count({ where: { id: rerunOfId, workspaceId: workspace.id } }))) {
    throw executionNotFound();
  }
  const { id } = await startExecution(
    { prisma, queue },
    { ...input, workspaceId: workspace.id, trigger: 'manual', userId: user.id },
  );
  return { id };
};
