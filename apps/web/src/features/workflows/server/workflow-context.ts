import type { PrismaClient } from '@agentweaver/db/generated/client';

/** What the use cases of workflows work with: one member of one workspace. */
export type WorkflowContext = {
  prisma: PrismaClient;
  workspace: { id: string };
  user: { id: string };
};

export type ReadContext = Pick<WorkflowContext, 'prisma' | 'workspace'>;
