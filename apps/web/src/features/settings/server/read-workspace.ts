import type { PrismaClient } from '@agentweaver/db/generated/client';
import { readDay, startOfUtcDay } from '@agentweaver/db/model-call-store';
import type { WorkspaceSummary } from '../../workspace/server/find-membership.ts';

/** The workspace's settings and plan, and what is used of it now and today (UTC); costs in US dollars. */
export const readWorkspace = async (prisma: PrismaClient, workspace: WorkspaceSummary) => {
  const { id, name, allowedHosts, maxMemoryMb, maxConcurrency, maxExecutionsPerDay } = workspace;
  const workspaceId_day = { workspaceId: id, day: startOfUtcDay(new Date()) };
  const [row, day, today, running] = await Promise.all([
    prisma.workspace.findUniqueOrThrow({
      where: { id },
      select: { maxCostPerDayUsd: true, maxHostCalls: true, maxHostCallsPerMinute: true },
    }),
    readDay(prisma, { workspaceId: id }),
    prisma.workspaceDay.findUnique({ where: { workspaceId_day }, select: { executions: true } }),
    prisma.execution.count({ where: { workspaceId: id, status: 'running' } }),
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
    maxHostCalls: row.maxHostCalls,
    maxHostCallsPerMinute: row.maxHostCallsPerMinute,
    running,
    startedToday: today?.executions ?? 0,
  };
};
