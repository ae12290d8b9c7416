import { AppError } from '@agentweaver/core/errors/app-error';
import { TERMINAL_STATUSES } from './execution-state.ts';
import { executionNotFound } from './execution-store.ts';
import type { PrismaClient } from './generated/client.ts';

/**
 * Removes an ended execution with its steps, log and model calls, and notes who did it. Its usage rows stay, so that
 * bills do not change. Throws `not_found`, and `conflict` while it still runs.
 */
export const deleteExecution = (
  prisma: PrismaClient,
  { id, workspaceId, userId }: { id: string; workspaceId: string; userId: string },
): Promise<void> =>
  prisma.$transaction(async (tx) => {
    const { count } = await tx.execution.deleteMany({
      where: { id, workspaceId, status: { in: TERMINAL_STATUSES } },
    });
    if (count === 0) {
      const row = await tx.execution.findFirst({ where: { id, workspaceId }, select: { id: true } });
      if (!row) throw executionNotFound();
      throw new AppError('conflict', { publicMessage: 'This execution has not ended. Cancel it first.' });
    }
    await tx.auditLog.create({
      data: { workspaceId, userId, action: 'execution.deleted', targetType: 'execution', targetId: id },
    });
  });
