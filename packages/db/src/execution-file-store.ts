import type { PrismaClient } from './generated/client.ts';

export type StoredFile = { bytes: Uint8Array; mediaType: string };
export type FileEntry = { path: string; size: number; mediaType: string };

export const findExecutionFile = async (
  prisma: PrismaClient,
  { executionId, path }: { executionId: string; path: string },
): Promise<StoredFile | undefined> => {
  const row = await prisma.executionFile.findUnique({
    where: { executionId_path: { executionId, path } },
    select: { content: true, mediaType: true },
  });
  return row ? { bytes: row.content, mediaType: row.mediaType } : undefined;
};

/** By path. */
export const listExecutionFiles = (
  prisma: PrismaClient,
  { executionId, prefix = '' }: { executionId: string; prefix?: string },
): Promise<FileEntry[]> =>
  prisma.executionFile.findMany({
    // Prisma hands the text to LIKE as it is.
    where: { executionId, path: { startsWith: prefix.replace(/[\\%_]/g, '\\$&') } },
    orderBy: { path: 'asc' },
    select: { path: true, size: true, mediaType: true },
  });

export type FileLimits = { maxFiles: number; maxTotalBytes: number };

export type FileChange = {
  executionId: string;
  /** The claim's. */
  attemptId: string;
  path: string;
  /** The step that writes. */
  nodeId: string;
  limits: FileLimits;
  /** Gives the whole new file; may throw. */
  change: (before: StoredFile | undefined) => StoredFile;
};

export type FileChanged =
  | { kind: 'written'; entry: FileEntry }
  | { kind: 'too_many' }
  | { kind: 'too_large'; totalBytes: number }
  /** Somebody else owns the execution: nothing was written. */
  | { kind: 'lost' };

/** Writes a file whole. The execution's row is locked meanwhile, so that two steps cannot pass a limit together. */
export const changeExecutionFile = (
  prisma: PrismaClient,
  { executionId, attemptId, path, nodeId, limits, change }: FileChange,
): Promise<FileChanged> =>
  prisma.$transaction(async (tx): Promise<FileChanged> => {
    const [owned] = await tx.$queryRaw<unknown[]>`
      SELECT 1 FROM executions
      WHERE id = ${executionId}::uuid AND attempt_id = ${attemptId}::uuid AND status = 'running' FOR UPDATE`;
    if (!owned) return { kind: 'lost' };
    const where = { executionId_path: { executionId, path } };
    const row = await tx.executionFile.findUnique({ where, select: { content: true, mediaType: true } });
    const after = change(row ? { bytes: row.content, mediaType: row.mediaType } : undefined);
    const size = after.bytes.byteLength;
    const { _count, _sum } = await tx.executionFile.aggregate({
      where: { executionId, path: { not: path } },
      _count: true,
      _sum: { size: true },
    });
    if (_count >= limits.maxFiles) return { kind: 'too_many' };
    const totalBytes = (_sum.size ?? 0) + size;
    if (totalBytes > limits.maxTotalBytes) return { kind: 'too_large', totalBytes };
    const data = { mediaType: after.mediaType, size, content: Uint8Array.from(after.bytes), nodeId };
    await tx.executionFile.upsert({ where, create: { executionId, path, ...data }, update: data });
    return { kind: 'written', entry: { path, size, mediaType: after.mediaType } };
  });
