import { AppError } from '@agentweaver/core/errors/app-error';
import { executionNotFound } from '@agentweaver/db/execution-store';
import { startExecution } from '@agentweaver/db/start-execution';
import type { StartContext } from './start-workflow.ts';

export type RerunStepInput = {
  executionId: string;
  nodeId: string;
  mode: 'from' | 'alone' | 'edit';
  /** For `edit`. */
  output?: { value?: unknown };
};

/** Runs the version of an earlier execution again around one step; what is not run again costs nothing. */
export const rerunStep = async (
  { prisma, queue, workspace, user }: StartContext,
  { executionId, nodeId, mode, output }: RerunStepInput,
): Promise<{ id: string }> => {
  if (mode === 'edit' && !output) {
    throw new AppError('bad_request', {
      publicMessage: 'The output is missing.',
      problems: [{ field: 'output', message: 'is needed to run what follows on it' }],
    });
  }
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
      reuse: {
        executionId,
        from: nodeId,
        ...(mode === 'edit' && output ? { editedOutput: output.value ?? null } : {}),
      },
      ...(mode === 'alone' ? { only: nodeId } : {}),
    },
  );
  return { id };
};
