import { executionNotFound } from '@agentweaver/db/execution-store';
import type { ReadContext } from './execution-context.ts';

/** What an execution was given and what came out; `results` is null until it completed. */
export const getPayload = async (
  { prisma, workspace }: ReadContext,
  executionId: string,
): Promise<{ input: unknown; results: unknown }> => {
  const row = await prisma.execution.findFirst({
    where: { id: executionId, workspaceId: workspace.id },
    select: { input: true, results: true },
  });
  if (!row) throw executionNotFound();
  return row;
};
