import { modelResponseSchema } from '@agentweaver/core/models/model-call';
import type { CacheStore } from '@agentweaver/core/models/response-cache';
import type { PrismaClient } from './generated/client.ts';
import { jsonColumn } from './json.ts';

/** Requests may ask for answers of at most this age; older ones are of no use to anybody. */
const MAX_AGE_MS = 2_592_000_000;
/** A larger answer is not kept. */
const MAX_ANSWER_BYTES = 1_000_000;

/** The kept answers of one workspace; no other one sees them. */
export const createModelCacheStore = (prisma: PrismaClient, workspaceId: string): CacheStore => ({
  get: async (key) => {
    const row = await prisma.modelCacheEntry.findUnique({ where: { workspaceId_key: { workspaceId, key } } });
    if (!row) return undefined;
    const { success, data } = modelResponseSchema.safeParse(row.response);
    // An answer of an older form is as good as none.
    return success ? { response: data, storedAt: row.createdAt.getTime() } : undefined;
  },
  set: async (key, { response, storedAt }) => {
    if (Buffer.byteLength(JSON.stringify(response)) > MAX_ANSWER_BYTES) return;
    const entry = { response: jsonColumn(response), createdAt: new Date(storedAt) };
    await prisma.modelCacheEntry.upsert({
      where: { workspaceId_key: { workspaceId, key } },
      create: { workspaceId, key, ...entry },
      update: entry,
    });
  },
});

/** Forgets answers that nobody can ask for any more; gives how many. */
export const sweepModelCache = async (prisma: PrismaClient, now: Date = new Date()): Promise<number> => {
  const { count } = await prisma.modelCacheEntry.deleteMany({
    where: { createdAt: { lt: new Date(now.getTime() - MAX_AGE_MS) } },
  });
  return count;
};
