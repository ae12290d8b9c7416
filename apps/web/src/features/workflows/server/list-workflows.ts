import type { WorkflowList } from '../workflow-summary.ts';
import type { ReadContext } from './workflow-context.ts';

type ListInput = { search: string; cursor?: string | null; limit: number };

/** Newest change first; `cursor` is the id of the last row of the page before. */
export const listWorkflows = async (
  { prisma, workspace }: ReadContext,
  { search, cursor, limit }: ListInput,
): Promise<WorkflowList> => {
  const contains = { contains: search, mode: 'insensitive' } as const;
  const rows = await prisma.workflow.findMany({
    where: {
      workspaceId: workspace.id,
      ...(search === '' ? {} : { OR: [{ name: contains }, { description: contains }] }),
    },
    orderBy: [{ updatedAt: 'desc' }, { id: 'desc' }],
    take: limit + 1,
    ...(cursor ? { cursor: { id: cursor }, skip: 1 } : {}),
    select: {
      id: true,
      name: true,
      description: true,
      updatedAt: true,
      publishedVersion: { select: { number: true } },
      draft: { select: { updatedAt: true } },
      executions: {
        // What is put off has not run.
        where: { OR: [{ startAfter: null }, { startAfter: { lte: new Date() } }] },
        orderBy: { queuedAt: 'desc' },
        take: 1,
        select: { id: true, status: true, queuedAt: true },
      },
      _count: { select: { executions: true, versions: true, schedules: true, webhooks: true } },
    },
  });
  const items = rows.slice(0, limit).map((row) => ({
    id: row.id,
    name: row.name,
    description: row.description,
    updatedAt: row.draft && row.draft.updatedAt > row.updatedAt ? row.draft.updatedAt : row.updatedAt,
    publishedVersion: row.publishedVersion?.number ?? null,
    executions: row._count.executions,
    versions: row._count.versions,
    triggers: row._count.schedules + row._count.webhooks,
    lastExecution: row.executions[0] ?? null,
  }));
  return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
};
