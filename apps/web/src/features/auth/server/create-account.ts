import { AppError } from '@agentweaver/core/errors/app-error';
import { Prisma, type PrismaClient } from '@agentweaver/db/generated/client';
import { createWorkspaceIn } from '../../workspace/server/create-workspace.ts';

/** Two sign-ups at once may also collide in the workspace's slug, which is not the caller's fault. */
const isTaken = async (prisma: PrismaClient, email: string): Promise<boolean> =>
  (await prisma.user.count({ where: { email } })) > 0;

/** A user with a workspace of their own; `conflict` when the address has an account. */
export const createAccount = async (
  prisma: PrismaClient,
  { email, name, passwordHash }: { email: string; name: string; passwordHash: string | null },
): Promise<{ id: string; workspaceSlug: string }> => {
  try {
    return await prisma.$transaction(async (transaction) => {
      const user = await transaction.user.create({ data: { email, name, passwordHash }, select: { id: true } });
      const workspace = await createWorkspaceIn(transaction, { userId: user.id, name });
      return { id: user.id, workspaceSlug: workspace.slug };
    });
  } catch (error) {
    if (
      error instanceof Prisma.PrismaClientKnownRequestError &&
      error.code === 'P2002' &&
      (await isTaken(prisma, email))
    ) {
      throw new AppError('conflict', {
        publicMessage: 'This e-mail address already has an account.',
        problems: [{ field: 'email', message: 'email_taken' }],
        cause: error,
      });
    }
    throw error;
  }
};
