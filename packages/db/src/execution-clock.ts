import type { PrismaTransaction } from './client.ts';
import type { Prisma } from './generated/client.ts';

/** What an execution becomes that nobody runs and that can go on. */
export const queuedAgain = (): Prisma.ExecutionUncheckedUpdateManyInput => ({
  status: 'queued',
  attemptId: null,
  executorId: null,
  heartbeatAt: null,
  resumeAt: null,
});

/** Adds what an execution has been running since its claim to its active time. The caller holds its row lock. */
export const stopClock = async (tx: PrismaTransaction, executionId: string, until: Date): Promise<void> => {
  await tx.$executeRaw`
    UPDATE executions
    SET active_since = NULL, active_ms = LEAST(2147483647,
      active_ms + GREATEST(0, round(extract(epoch FROM ${until}::timestamptz - active_since) * 1000)))::int
    WHERE id = ${executionId}::uuid AND active_since IS NOT NULL`;
};
