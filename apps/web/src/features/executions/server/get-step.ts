import { AppError } from '@agentweaver/core/errors/app-error';
import type { ReadContext } from './execution-context.ts';

/** Input and output of one step, as large as they are: asked for only when somebody looks. */
export const getStep = async (
  { prisma, workspace }: ReadContext,
  { executionId, nodeId, iteration }: { executionId: string; nodeId: string; iteration: string },
): Promise<{ nodeId: string; input: unknown; output: unknown }> => {
  const row = await prisma.executionStep.findFirst({
    where: { executionId, nodeId, iteration, execution: { workspaceId: workspace.id } },
    select: { nodeId: true, input: true, output: true },
  });
  if (!row) throw new AppError('not_found', { publicMessage: 'This execution has no such step yet.' });
  return row;
};
