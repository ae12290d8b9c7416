import { executionNotFound } from '@agentweaver/db/execution-store';
import { type StartExecution, startExecution } from '@agentweaver/db/start-execution';
import type { StartContext } from './start-workflow.ts';

/** Runs the version of an earlier execution again, on its input and whole unless `changes` says otherwise. */
export const startAgain = async (
  { prisma, queue, workspace, user }: StartContext,
  executionId: string,
  changes: Partial<Pick<StartExecution, 'input' | 'reuse' | 'only'>>,
): Promise<{ id: string }> => {
  const earlier = await prisma.execution.findFirst({
    where: { id: executionId, workspaceId: workspace.id },
    select: { workflowId: true, versionId: true, input: true },
  });
  if (!earlier) throw executionNotFound();
  const { id } = await startExecution(
    { prisma, queue },
    {
      workspaceId: workspace.id,
      workflowId: earlier.workflowId,
      source: { versionId: earlier.versionId },
      input: earlier.input,
      trigger: 'manual',
      userId: user.id,
      rerunOfId: executionId,
      ...changes,
    },
  );
  return { id };
};
