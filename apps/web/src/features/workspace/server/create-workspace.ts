import type { Prisma, PrismaClient } from '@agentweaver/db/generated/client';

const MAX_SLUG_LENGTH = 40;

/** `Données de vente!` → `donnees-de-vente`; names without Latin letters become `workspace`. */
export const slugify = (name: string): string => {
  const slug = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, MAX_SLUG_LENGTH)
    .replace(/^-+|-+$/g, '');
  return slug || 'workspace';
};

const freeSlug = async (prisma: Prisma.TransactionClient, name: string): Promise<string> => {
  const base = slugify(name);
  const taken = await prisma.workspace.findUnique({ where: { slug: base }, select: { id: true } });
  return taken ? `${base}-${crypto.randomUUID().slice(0, 6)}` : base;
};

/** A workspace with its first owner, inside the caller's transaction. */
export const createWorkspaceIn = async (
  transaction: Prisma.TransactionClient,
  { userId, name }: { userId: string; name: string },
): Promise<{ id: string; slug: string }> => {
  const workspace = await transaction.workspace.create({
    data: { name, slug: await freeSlug(transaction, name), members: { create: { userId, role: 'owner' } } },
    select: { id: true, slug: true },
  });
  await transaction.auditLog.create({
    data: {
      workspaceId: workspace.id,
      userId,
      action: 'workspace.created',
      targetType: 'workspace',
      targetId: workspace.id,
    },
  });
  return workspace;
};

export const createWorkspace = (
  prisma: PrismaClient,
  options: { userId: string; name: string },
): Promise<{ id: string; slug: string }> =>
  prisma.$transaction((transaction) => createWorkspaceIn(transaction, options));
