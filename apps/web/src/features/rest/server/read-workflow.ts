import type { PrismaClient } from '@agentweaver/db/generated/client';
import { workflowNotFound } from '@agentweaver/db/workflow-store';
import type { z } from 'zod';
import type { workflowSchema } from './schemas.ts';
import { workflowSummaryFields, workflowSummaryView } from './views.ts';

export const readWorkflow = async (
  prisma: PrismaClient,
  { workspaceId, id }: { workspaceId: string; id: string },
): Promise<z.input<typeof workflowSchema>> => {
  const row = await prisma.workflow.findFirst({
    where: { id, workspaceId },
    select: { ...workflowSummaryFields, draft: { select: { definition: true } } },
  });
  if (!row) throw workflowNotFound();
  return { ...workflowSummaryView(row), definition: row.draft?.definition ?? null };
};
