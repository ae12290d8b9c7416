import type { PrismaClient } from '@agentweaver/db/generated/client';

type Started = { scheduleId: string | null; webhookId: string | null };

/** The name of what started an execution, by the id of the schedule or webhook; removed ones are missing. */
export const readTriggerNames = async (
  prisma: PrismaClient,
  workspaceId: string,
  executions: readonly Started[],
): Promise<(started: Started) => string | null> => {
  const idsOf = (key: keyof Started) => [...new Set(executions.map((one) => one[key]).filter((id) => id !== null))];
  const read = (ids: string[]) => ({
    where: { workspaceId, id: { in: ids } },
    select: { id: true, name: true } as const,
  });
  const [schedules, webhooks] = [idsOf('scheduleId'), idsOf('webhookId')];
  const rows = await Promise.all([
    schedules.length > 0 ? prisma.schedule.findMany(read(schedules)) : [],
    webhooks.length > 0 ? prisma.webhook.findMany(read(webhooks)) : [],
  ]);
  const names = new Map(rows.flat().map(({ id, name }) => [id, name]));
  return ({ scheduleId, webhookId }) => names.get(scheduleId ?? webhookId ?? '') ?? null;
};
