import type { PrismaClient } from '@agentweaver/db/generated/client';
import type { Analytics } from '../analytics-view.ts';
import { readModelNames, readModelUsage, readWorkflowUsage } from './read-breakdowns.ts';
import { readSeries } from './read-series.ts';
import { readTotals } from './read-totals.ts';
import { bucketOf, type UsageWindow } from './usage-window.ts';

type AnalyticsContext = { prisma: PrismaClient; workspace: { id: string } };
export type AnalyticsInput = Omit<UsageWindow, 'workspaceId'>;

/** All figures of a window, and the totals of the time before it to compare with. */
export const getAnalytics = async (
  { prisma, workspace }: AnalyticsContext,
  input: AnalyticsInput,
  now = new Date(),
): Promise<Analytics> => {
  const window: UsageWindow = { ...input, workspaceId: workspace.id };
  const bucket = bucketOf(window);
  // A period that still runs is compared with as much time before it, not with a whole period.
  const end = Math.min(window.to.getTime(), now.getTime());
  const elapsed = Math.max(0, end - window.from.getTime());
  const before = { ...window, from: new Date(window.from.getTime() - elapsed), to: window.from };
  const [totals, previous, series, workflows, models, workflowOptions, modelOptions] = await Promise.all([
    readTotals(prisma, window),
    readTotals(prisma, before),
    readSeries(prisma, { ...window, bucket }),
    readWorkflowUsage(prisma, window),
    readModelUsage(prisma, window),
    prisma.workflow.findMany({
      where: { workspaceId: workspace.id },
      select: { id: true, name: true },
      orderBy: [{ name: 'asc' }, { id: 'asc' }],
      take: 1_000,
    }),
    readModelNames(prisma, workspace.id),
  ]);
  return {
    bucket,
    totals,
    previous,
    series,
    workflows,
    models,
    options: { workflows: workflowOptions, models: modelOptions },
  };
};
