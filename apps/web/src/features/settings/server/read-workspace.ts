import type { PrismaClient } from '@agentweaver/db/generated/client';
import { readDay } from '@agentweaver/db/model-call-store';
import type { WorkspaceSummary } from '../../workspace/server/find-membership.ts';

/** The workspace's settings and plan, and what its models have cost today (UTC), in US dollars. */
export const readWorkspace = async (prisma: PrismaClient, workspace: WorkspaceSummary) => {
  const { id, name, allowedHosts, maxMemoryMb, maxConcurrency, maxExecutionsPerDay } = workspace;
  const [row, day] = await Promise.all([
    prisma.workspace.findUniqueOrThrow({ where: { id }, select: { maxCostPerDayUsd: true } }),
    readDay(prisma, { workspaceId: id }),
  ]);
  const maxCostPerDayUsd = row.maxCostPerDayUsd?.toNumber() ?? null;
  return {
    name,
    allowedHosts,
    maxCostPerDayUsd,
    spentToday: day.spentUsd,
    maxMemoryMb,
    maxConcurrency,
    maxExecutionsPerDay,
  };
};
