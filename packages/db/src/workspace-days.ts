import type { PrismaClient } from './generated/client.ts';
import { startOfUtcDay } from './model-call-store.ts';

/** Removes the counts of earlier days, which limit nothing any more. Gives how many. */
export const sweepWorkspaceDays = async (prisma: PrismaClient, now = new Date()): Promise<number> => {
  const { count } = await prisma.workspaceDay.deleteMany({ where: { day: { lt: startOfUtcDay(now) } } });
  return count;
};
