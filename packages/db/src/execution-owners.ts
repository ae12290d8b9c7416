import type { PrismaClient } from './generated/client.ts';

/** Executors that running executions are claimed by. */
export const findOwners = async (prisma: PrismaClient): Promise<string[]> => {
  const rows = await prisma.execution.groupBy({
    by: ['executorId'],
    where: { status: 'running', executorId: { not: null } },
  });
  return rows.flatMap(({ executorId }) => executorId ?? []);
};

/**
 * Ends the claims of executors that are known to be dead: the next sweep queues their executions again at once
 * instead of waiting until the heartbeat is stale. Returns how many there were.
 */
export const disownExecutions = async (prisma: PrismaClient, executorIds: readonly string[]): Promise<number> => {
  const { count } = await prisma.execution.updateMany({
    where: { status: 'running', executorId: { in: [...executorIds] } },
    data: { heartbeatAt: null },
  });
  return count;
};

export type CurrentClaim = { attemptId: string | null; running: boolean };

/** The claims that executions are under now; an execution that does not exist is not in the map. */
export const findCurrentClaims = async (
  prisma: PrismaClient,
  executionIds: readonly string[],
): Promise<Map<string, CurrentClaim>> => {
  const rows = await prisma.execution.findMany({
    where: { id: { in: [...executionIds] } },
    select: { id: true, attemptId: true, status: true },
  });
  return new Map(rows.map(({ id, attemptId, status }) => [id, { attemptId, running: status === 'running' }]));
};

/** Tells this database from any other, whatever address it is reached by. */
export const identifyDatabase = async (prisma: PrismaClient): Promise<string> => {
  const rows = await prisma.$queryRaw<{ identity: string }[]>`
    SELECT system_identifier::text || '/' || current_database() AS identity FROM pg_control_system()`;
  return rows[0]?.identity ?? 'unknown';
};
