import type { PrismaClient } from '@agentweaver/db/generated/client';
import { z } from 'zod';

/** The name for a page's title; null for a workflow that this user cannot open. */
export const findWorkflowName = async (
  prisma: PrismaClient,
  { slug, workflowId, userId }: { slug: string; workflowId: string; userId: string },
): Promise<string | null> => {
  if (!z.uuid().safeParse(workflowId).success) return null;
  const workflow = await prisma.workflow.findFirst({
    where: { id: workflowId, workspace: { slug, members: { some: { userId } } } },
    select: { name: true },
  });
  return workflow?.name ?? null;
};
