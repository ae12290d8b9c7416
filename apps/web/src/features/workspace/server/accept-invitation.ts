import { AppError } from '@agentweaver/core/errors/app-error';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import { recordAudit } from '../../../server/audit.ts';
import { readInvitation } from './read-invitation.ts';

const gone = (): AppError =>
  new AppError('not_found', { publicMessage: 'This invitation cannot be used. Ask for a new one.' });

/** Joins the workspace, once. Whoever is a member already keeps their role. */
export const acceptInvitation = async (
  prisma: PrismaClient,
  { token, user }: { token: string; user: { id: string; email: string } },
): Promise<{ slug: string }> => {
  const invitation = await readInvitation(prisma, token);
  if (!invitation) throw gone();
  if (invitation.email !== user.email) {
    throw new AppError('forbidden', { publicMessage: 'This invitation is for another e-mail address.' });
  }
  const { workspaceId, role } = invitation;
  await prisma.$transaction(async (transaction) => {
    // Compare-and-set: of two clicks, one joins.
    const { count } = await transaction.invitation.updateMany({
      where: { id: invitation.id, acceptedAt: null },
      data: { acceptedAt: new Date() },
    });
    if (count === 0) throw gone();
    await transaction.member.createMany({ data: { workspaceId, userId: user.id, role }, skipDuplicates: true });
    await recordAudit(transaction, {
      workspaceId,
      userId: user.id,
      action: 'member.joined',
      targetType: 'member',
      targetId: user.id,
      data: { role },
    });
  });
  return { slug: invitation.workspaceSlug };
};
