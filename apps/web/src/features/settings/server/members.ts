import { AppError } from '@agentweaver/core/errors/app-error';
import type { Prisma, PrismaClient } from '@agentweaver/db/generated/client';
import { recordAudit } from '../../../server/audit.ts';
import type { WorkspaceRole } from '../../workspace/roles.ts';
import { createSecretToken, hashSecretToken } from '../../workspace/server/secret-token.ts';

const INVITATION_DAYS = 7;

/** Who asks, and where. */
export type Actor = { workspaceId: string; userId: string };

export const listMembers = async (prisma: PrismaClient, { workspaceId, userId }: Actor) => {
  const [members, invitations] = await Promise.all([
    prisma.member.findMany({
      where: { workspaceId },
      orderBy: { createdAt: 'asc' },
      select: { role: true, createdAt: true, user: { select: { id: true, name: true, email: true } } },
    }),
    prisma.invitation.findMany({
      where: { workspaceId, acceptedAt: null, expiresAt: { gt: new Date() } },
      orderBy: { createdAt: 'asc' },
      select: { id: true, email: true, role: true, expiresAt: true },
    }),
  ]);
  const owners = members.filter((member) => member.role === 'owner').length;
  return {
    members: members.map(({ role, createdAt, user }) => ({
      userId: user.id,
      name: user.name,
      email: user.email,
      role,
      joinedAt: createdAt,
      isYou: user.id === userId,
      isLastOwner: role === 'owner' && owners === 1,
    })),
    invitations,
  };
};

/** The token is in the answer alone; a new invitation to the same address replaces the open one. */
export const inviteMember = async (
  prisma: PrismaClient,
  { actor, email, role }: { actor: Actor; email: string; role: WorkspaceRole },
): Promise<{ token: string; email: string }> => {
  const { workspaceId, userId } = actor;
  const member = await prisma.member.count({ where: { workspaceId, user: { email } } });
  if (member > 0) throw new AppError('conflict', { publicMessage: 'This person is a member already.' });
  const token = createSecretToken();
  await prisma.$transaction(async (transaction) => {
    await transaction.invitation.deleteMany({ where: { workspaceId, email, acceptedAt: null } });
    const invitation = await transaction.invitation.create({
      data: {
        workspaceId,
        email,
        role,
        tokenHash: hashSecretToken(token),
        createdById: userId,
        expiresAt: new Date(Date.now() + INVITATION_DAYS * 86_400_000),
      },
      select: { id: true },
    });
    await recordAudit(transaction, {
      workspaceId,
      userId,
      action: 'member.invited',
      targetType: 'invitation',
      targetId: invitation.id,
      data: { email, role },
    });
  });
  return { token, email };
};

export const withdrawInvitation = (prisma: PrismaClient, { actor, id }: { actor: Actor; id: string }): Promise<void> =>
  prisma.$transaction(async (transaction) => {
    const { count } = await transaction.invitation.deleteMany({
      where: { id, workspaceId: actor.workspaceId, acceptedAt: null },
    });
    if (count === 0) throw new AppError('not_found', { publicMessage: 'There is no such invitation.' });
    await recordAudit(transaction, {
      ...actor,
      action: 'member.invitation_withdrawn',
      targetType: 'invitation',
      targetId: id,
    });
  });

/**
 * Reads the member under a lock on the workspace: two owners who make each other less at the same moment would otherwise
 * both find another owner left.
 */
const lockMember = async (transaction: Prisma.TransactionClient, workspaceId: string, userId: string) => {
  await transaction.$queryRaw`select 1 from workspaces where id = ${workspaceId}::uuid for update`;
  const member = await transaction.member.findUnique({ where: { workspaceId_userId: { workspaceId, userId } } });
  if (!member) throw new AppError('not_found', { publicMessage: 'There is no such member.' });
  return member;
};

const keepAnOwner = async (transaction: Prisma.TransactionClient, workspaceId: string): Promise<void> => {
  const owners = await transaction.member.count({ where: { workspaceId, role: 'owner' } });
  if (owners === 0) {
    throw new AppError('conflict', { publicMessage: 'A workspace needs an owner. Make somebody else an owner first.' });
  }
};

export const setMemberRole = (
  prisma: PrismaClient,
  { actor, userId, role }: { actor: Actor; userId: string; role: WorkspaceRole },
): Promise<void> =>
  prisma.$transaction(async (transaction) => {
    const { workspaceId } = actor;
    const before = await lockMember(transaction, workspaceId, userId);
    await transaction.member.update({ where: { workspaceId_userId: { workspaceId, userId } }, data: { role } });
    await keepAnOwner(transaction, workspaceId);
    await recordAudit(transaction, {
      ...actor,
      action: 'member.role_changed',
      targetType: 'member',
      targetId: userId,
      data: { from: before.role, to: role },
    });
  });

/** Owners remove anybody, everybody else themselves alone. Tokens of whoever goes are revoked with them. */
export const removeMember = (
  prisma: PrismaClient,
  { actor, actorRole, userId }: { actor: Actor; actorRole: WorkspaceRole; userId: string },
): Promise<void> =>
  prisma.$transaction(async (transaction) => {
    if (actorRole !== 'owner' && userId !== actor.userId) {
      throw new AppError('forbidden', { publicMessage: 'Only owners can remove other members.' });
    }
    const { workspaceId } = actor;
    const member = await lockMember(transaction, workspaceId, userId);
    await transaction.member.delete({ where: { workspaceId_userId: { workspaceId, userId } } });
    await keepAnOwner(transaction, workspaceId);
    await transaction.apiToken.updateMany({
      where: { workspaceId, userId, revokedAt: null },
      data: { revokedAt: new Date() },
    });
    await recordAudit(transaction, {
      ...actor,
      action: userId === actor.userId ? 'member.left' : 'member.removed',
      targetType: 'member',
      targetId: userId,
      data: { role: member.role },
    });
  });
