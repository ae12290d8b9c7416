import { createHash } from 'node:crypto';
import { SAMPLES } from '@agentweaver/core/samples/samples';
import type { PrismaTransaction } from './client.ts';
import type { PrismaClient } from './generated/client.ts';
import { createWorkflowIn } from './workflow-store.ts';

export type DemoSeed = {
  email: string;
  /** bcrypt. */
  passwordHash: string;
  /** Kept as its hash. */
  token: string;
  locale?: 'en' | 'ja';
};

export type SeededDemo = {
  userId: string;
  workspaceId: string;
  slug: string;
  /** Workflows by the id of their sample. A sample that somebody deleted is not there. */
  workflows: Record<string, string>;
  /** Made by this call: the first start. */
  created: boolean;
};

const SLUG = 'demo';

/**
 * The demo user with a workspace, the sample workflows and an API token. Called again it sets the password as given and
 * adds the token if it is new; everything else stays as people have made it, a revoked token too.
 */
export const seedDemo = (
  prisma: PrismaClient,
  { email, passwordHash, token, locale = 'en' }: DemoSeed,
): Promise<SeededDemo> =>
  prisma.$transaction(async (tx) => {
    const user = await tx.user.upsert({
      where: { email },
      create: { email, name: 'Demo', passwordHash },
      update: { passwordHash },
    });
    const existing = await tx.workspace.findUnique({ where: { slug: SLUG }, select: { id: true } });
    const workspace =
      existing ??
      (await tx.workspace.create({
        data: { slug: SLUG, name: 'Demo', members: { create: { userId: user.id, role: 'owner' } } },
        select: { id: true },
      }));
    const ids = { workspaceId: workspace.id, userId: user.id };
    await tx.member.upsert({ where: { workspaceId_userId: ids }, create: { ...ids, role: 'owner' }, update: {} });
    await seedToken(tx, { ...ids, token });
    if (!existing) await seedSamples(tx, { ...ids, locale });
    const workflows = await tx.workflow.findMany({
      where: { workspaceId: workspace.id, sample: { not: null } },
      orderBy: { createdAt: 'desc' },
      select: { id: true, sample: true },
    });
    return {
      ...ids,
      slug: SLUG,
      workflows: Object.fromEntries(workflows.map(({ id, sample }) => [sample, id])),
      created: !existing,
    };
  });

const seedToken = async (
  tx: PrismaTransaction,
  { workspaceId, userId, token }: { workspaceId: string; userId: string; token: string },
): Promise<void> => {
  const tokenHash = createHash('sha256').update(token).digest('hex');
  await tx.apiToken.upsert({
    where: { tokenHash },
    create: { workspaceId, userId, name: 'Demo', tokenHash, lastFour: token.slice(-4) },
    update: {},
  });
};

const seedSamples = async (
  tx: PrismaTransaction,
  { workspaceId, userId, locale }: { workspaceId: string; userId: string; locale: 'en' | 'ja' },
): Promise<void> => {
  for (const { id, name, description, definition } of SAMPLES) {
    await createWorkflowIn(tx, {
      workspaceId,
      userId,
      name: name[locale],
      description: description[locale],
      definition,
      sample: id,
    });
  }
};
