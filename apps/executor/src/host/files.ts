import { ExecutionError } from '@agentweaver/core/engine/execution-errors';
import { bytesToWrite, checkFilePath, fileContent, noSuchFile } from '@agentweaver/core/host/file-content';
import { mediaTypeOf } from '@agentweaver/core/host/media-type';
import {
  changeExecutionFile,
  type FileEntry,
  findExecutionFile,
  listExecutionFiles,
  type StoredFile,
} from '@agentweaver/db/execution-file-store';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import { MAX_EXECUTION_FILES, MAX_EXECUTION_FILES_BYTES } from '../tunables.ts';
import { claimLost } from './claim-lost.ts';
import type { HostServices } from './host-calls.ts';

export type ExecutionFiles = {
  services: Pick<HostServices, 'files.read' | 'files.write' | 'files.list'>;
  find(path: string): Promise<StoredFile | undefined>;
  /** Replaces a file whole. Rejects with `file_failed` or `output_too_large`. */
  change(path: string, nodeId: string, change: (before: StoredFile | undefined) => StoredFile): Promise<FileEntry>;
};

/** The files of one execution, in the database. */
export const createExecutionFiles = (
  prisma: PrismaClient,
  { executionId, attemptId }: { executionId: string; attemptId: string },
): ExecutionFiles => {
  const limits = { maxFiles: MAX_EXECUTION_FILES, maxTotalBytes: MAX_EXECUTION_FILES_BYTES };
  const find: ExecutionFiles['find'] = (path) => findExecutionFile(prisma, { executionId, path: checkFilePath(path) });
  const change: ExecutionFiles['change'] = async (path, nodeId, work) => {
    const changed = await changeExecutionFile(prisma, {
      executionId,
      attemptId,
      path: checkFilePath(path),
      nodeId,
      limits,
      change: work,
    });
    switch (changed.kind) {
      case 'written':
        return changed.entry;
      case 'too_many':
        throw full(`An execution can have ${MAX_EXECUTION_FILES} files, and this one has as many.`);
      case 'too_large':
        throw full(
          `The files of this execution would have ${changed.totalBytes} bytes; ${MAX_EXECUTION_FILES_BYTES} is the limit.`,
        );
      case 'lost':
        throw claimLost();
    }
  };
  return {
    find,
    change,
    services: {
      'files.read': async (request) => {
        const file = await find(request.path);
        if (!file) throw noSuchFile(request.path);
        return fileContent(request, file.bytes, file.mediaType);
      },
      'files.write': (request, { nodeId }) =>
        change(request.path, nodeId, (before) => ({
          bytes: bytesToWrite(request, before?.bytes ?? new Uint8Array()),
          mediaType: request.mediaType ?? (request.append ? before?.mediaType : undefined) ?? mediaTypeOf(request.path),
        })),
      'files.list': ({ prefix }) => listExecutionFiles(prisma, { executionId, prefix }),
    },
  };
};

const full = (message: string): ExecutionError =>
  new ExecutionError({
    code: 'file_failed',
    message,
    hint: 'Write over files that are not needed any more, or keep large ones elsewhere.',
  });
