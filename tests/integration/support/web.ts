import { randomUUID } from 'node:crypto';
import { createPrisma } from '@agentweaver/db/client';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import { createApiToken } from '../../../apps/web/src/features/settings/server/api-tokens.ts';
import type { WorkspaceRole } from '../../../apps/web/src/features/workspace/roles.ts';
import { log } from '../../../apps/web/src/server/log.ts';
import { closeServices } from '../../../apps/web/src/server/services.ts';
import { createTestDatabase } from './database.ts';

export type WebUnderTest = { prisma: PrismaClient; close: () => Promise<void> };

/** Points the web app's server code of this process at a database of its own. Call before its first use. */
export const openWeb = async (): Promise<WebUnderTest> => {
  const database = await createTestDatabase();
  Object.assign(process.env, {
    DATABASE_URL: database.databaseUrl,
    NEXTAUTH_SECRET: 'a secret of the tests, 32 characters or more',
    AGENTWEAVER_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
  });
  delete process.env.REDIS_URL;
  log.level = 'silent';
  const prisma = createPrisma({ databaseUrl: database.databaseUrl, max: 4 });
  return {
    prisma,
    close: async () => {
      await closeServices();
      await prisma.$disconnect();
      await database.drop();
    },
  };
};

export type TestMember = { userId: string; email: string; workspaceId: string; slug: string };

/** A new user; in the given workspace, or in one of their own. */
export const addMember = async (
  prisma: PrismaClient,
  { role, workspaceId }: { role: WorkspaceRole; workspaceId?: string },
): Promise<TestMember> => {
  const email = `${randomUUID()}@example.com`;
  const user = await prisma.user.create({ data: { email, name: 'Test user' } });
  const workspace = workspaceId
    ? await prisma.workspace.findUniqueOrThrow({ where: { id: workspaceId } })
    : await prisma.workspace.create({ data: { slug: `w-${randomUUID()}`, name: 'Test' } });
  await prisma.member.create({ data: { userId: user.id, workspaceId: workspace.id, role } });
  return { userId: user.id, email, workspaceId: workspace.id, slug: workspace.slug };
};

export const tokenOf = async (prisma: PrismaClient, { userId, workspaceId }: TestMember): Promise<string> => {
  const { token } = await createApiToken(prisma, {
    actor: { userId, workspaceId },
    name: 'Test',
    lifetime: 'never',
  });
  return token;
};
