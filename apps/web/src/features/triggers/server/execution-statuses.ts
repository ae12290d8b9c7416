import type { PrismaClient } from '@agentweaver/db/generated/client';
import type { ExecutionStatus } from '../../executions/execution-view.ts';

export type StatusById = ReadonlyMap<string, ExecutionStatus>;

/** How executions stand that triggers have started; those that were deleted are missing. */
export const statusesOf = async (
  prisma: PrismaClient,
  workspaceId: string,
  ids: readonly (string | null)[],
): Promise<StatusById> => {
  const rows = await prisma.execution.findMany({
    where: { workspaceId, id: { in: ids.filter((id) => id !== null) } },
    select: { id: true, status: true },
  });
  return new Map(rows.map(({ id, status }) => [id, status]));
};
