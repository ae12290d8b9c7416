import { executionNotFound } from '@agentweaver/db/execution-store';
import { startExecution } from '@agentweaver/db/start-execution';
import type { StartContext } from './start-workflow.ts';

/** Runs the version of an earlier execution again, on the same input unless another one is given. */
export const rerunExecution = async (
  { prisma, queue, workspace, user }: StartContext,
  { executionId, input }: { executionId: string; input?: { value?: unknown } },
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
      input: input ? (input.value ?? null) : earlier.input,
      trigger: 'manual',
      userId: user.id,
      rerunOfId: executionId,
    },
  );
  return { id };
};
