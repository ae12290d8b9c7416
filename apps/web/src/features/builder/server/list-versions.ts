import { workflowNotFound } from '@agentweaver/db/workflow-store';
import type { ReadContext } from '../../workflows/server/workflow-context.ts';

export type VersionSummary = {
  id: string;
  number: number;
  note: string;
  createdAt: Date;
  /** The name of who made it; null when that account is gone. */
  createdBy: string | null;
  published: boolean;
};

const MAX_VERSIONS = 100;

/** The frozen versions of a workflow, newest first. */
export const listVersions = async (
  { prisma, workspace }: ReadContext,
  workflowId: string,
): Promise<VersionSummary[]> => {
  const workflow = await prisma.workflow.findFirst({
    where: { id: workflowId, workspaceId: workspace.id },
    select: {
      publishedVersionId: true,
      versions: {
        orderBy: { number: 'desc' },
        take: MAX_VERSIONS,
        select: { id: true, number: true, note: true, createdAt: true, createdById: true },
      },
    },
  });
  if (!workflow) throw workflowNotFound();
  const authors = await prisma.user.findMany({
    where: { id: { in: workflow.versions.flatMap((version) => version.createdById ?? []) } },
    select: { id: true, name: true },
  });
  const names = new Map(authors.map((author) => [author.id, author.name]));
  return workflow.versions.map(({ createdById, ...version }) => ({
    ...version,
    createdBy: (createdById && names.get(createdById)) || null,
    published: version.id === workflow.publishedVersionId,
  }));
};
