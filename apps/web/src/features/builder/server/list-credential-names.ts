import type { ReadContext } from '../../workflows/server/workflow-context.ts';

/** What a graph may name: never more than that of a credential leaves the server here. */
export const listCredentialNames = ({ prisma, workspace }: ReadContext): Promise<{ name: string; kind: string }[]> =>
  prisma.credential.findMany({
    where: { workspaceId: workspace.id },
    orderBy: { name: 'asc' },
    select: { name: true, kind: true },
    take: 1_000,
  });
