import { AppError } from '@agentweaver/core/errors/app-error';
import { executionNotFound } from '@agentweaver/db/execution-store';
import type { FileView } from '../execution-view.ts';
import type { ReadContext } from './execution-context.ts';

/** The files that an execution's steps have written, by path. */
export const listFiles = async ({ prisma, workspace }: ReadContext, executionId: string): Promise<FileView[]> => {
  const execution = await prisma.execution.findFirst({
    where: { id: executionId, workspaceId: workspace.id },
    select: {
      files: {
        orderBy: { path: 'asc' },
        select: { path: true, mediaType: true, size: true, nodeId: true, updatedAt: true },
      },
    },
  });
  if (!execution) throw executionNotFound();
  return execution.files;
};

/** One file whole. A foreign execution has none. */
export const readFile = async (
  { prisma, workspace }: ReadContext,
  { executionId, path }: { executionId: string; path: string },
): Promise<{ path: string; mediaType: string; base64: string }> => {
  const row = await prisma.executionFile.findFirst({
    where: { executionId, path, execution: { workspaceId: workspace.id } },
    select: { path: true, mediaType: true, content: true },
  });
  if (!row) throw new AppError('not_found', { publicMessage: 'This execution has no such file.' });
  return { path: row.path, mediaType: row.mediaType, base64: Buffer.from(row.content).toString('base64') };
};
