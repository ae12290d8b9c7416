import type { ReadContext } from './execution-context.ts';

/** The workspace's workflows by name, for filters. */
export const listWorkflowOptions = ({ prisma, workspace }: ReadContext): Promise<{ id: string; name: string }[]> =>
  prisma.workflow.findMany({
    where: { workspaceId: workspace.id },
    orderBy: [{ name: 'asc' }, { id: 'asc' }],
    select: { id: true, name: true },
    take: 1_000,
  });
