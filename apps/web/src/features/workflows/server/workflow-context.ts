import { AppError } from '@agentweaver/core/errors/app-error';
import type { PrismaClient } from '@agentweaver/db/generated/client';

/** What the use cases of workflows work with: one member of one workspace. */
export type WorkflowContext = {
  prisma: PrismaClient;
  workspace: { id: string };
  user: { id: string };
};

export type ReadContext = Pick<WorkflowContext, 'prisma' | 'workspace'>;

/** Also for one of another workspace: whether it exists is none of the caller's business. */
export const workflowNotFound = (): AppError =>
  new AppError('not_found', { publicMessage: 'There is no such workflow; it may have been deleted.' });
