import { AppError } from '@agentweaver/core/errors/app-error';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import { recordAudit } from '../../../server/audit.ts';
import type { WorkspaceRole } from '../../workspace/roles.ts';
import { createSecretToken, hashSecretToken } from '../../workspace/server/secret-token.ts';
import type { TokenLifetime } from '../token-lifetimes.ts';
import type { Actor } from './members.ts';

/** Lets scanners for leaked secrets recognise a token. */
const PREFIX = 'aw_';
const DAY_MS = 86_400_000;

const canRevoke = (token: { userId: string }, actor: Actor, role: WorkspaceRole): boolean =>
  role === 'owner' || token.userId === actor.userId;

export const listApiTokens = async (prisma: PrismaClient, { actor, role }: { actor: Actor; role: WorkspaceRole }) => {
  const tokens = await prisma.apiToken.findMany({
    where: { workspaceId: actor.workspaceId, revokedAt: null },
    orderBy: { createdAt: 'desc' },
    select: {
      id: true,
      name: true,
      lastFour: true,
      userId: true,
      createdAt: true,
      lastUsedAt: true,
      expiresAt: true,
      user: { select: { name: true } },
    },
  });
  const now = new Date();
  return tokens.map(({ user, userId, ...token }) => ({
    ...token,
    userName: user.name,
    expired: token.expiresAt !== null && token.expiresAt <= now,
    canRevoke: canRevoke({ userId }, actor, role),
  }));
};

/** The token itself is in this answer and nowhere else: its hash is kept. */
export const createApiToken = async (
  prisma: PrismaClient,
  { actor, name, lifetime }: { actor: Actor; name: string; lifetime: TokenLifetime },
): Promise<{ token: string; name: string }> => {
  const token = `${PREFIX}${createSecretToken()}`;
  const expiresAt = lifetime === 'never' ? null : new Date(Date.now() + Number(lifetime) * DAY_MS);
  await prisma.$transaction(async (transaction) => {
    const { id } = await transaction.apiToken.create({
      data: { ...actor, name, tokenHash: hashSecretToken(token), lastFour: token.slice(-4), expiresAt },
      select: { id: true },
    });
    await recordAudit(transaction, {
      ...actor,
      action: 'api_token.created',
      targetType: 'api_token',
      targetId: id,
      data: { name, expiresAt: expiresAt?.toISOString() ?? null },
    });
  });
  return { token, name };
};

export const revokeApiToken = (
  prisma: PrismaClient,
  { actor, role, id }: { actor: Actor; role: WorkspaceRole; id: string },
): Promise<void> =>
  prisma.$transaction(async (transaction) => {
    const token = await transaction.apiToken.findFirst({
      where: { id, workspaceId: actor.workspaceId, revokedAt: null },
      select: { userId: true, name: true },
    });
    if (!token) throw new AppError('not_found', { publicMessage: 'There is no such token.' });
    if (!canRevoke(token, actor, role)) {
      throw new AppError('forbidden', { publicMessage: 'Only owners can revoke the tokens of others.' });
    }
    await transaction.apiToken.update({ where: { id }, data: { revokedAt: new Date() } });
    await recordAudit(transaction, {
      ...actor,
      action: 'api_token.revoked',
      targetType: 'api_token',
      targetId: id,
      data: { name: token.name },
    });
  });
