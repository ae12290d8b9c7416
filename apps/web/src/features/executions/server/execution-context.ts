import type { PrismaClient } from '@agentweaver/db/generated/client';

/** What the reading use cases need of a request: every query is bound to its workspace. */
export type ReadContext = { prisma: PrismaClient; workspace: { id: string } };
