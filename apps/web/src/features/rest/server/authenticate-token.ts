import { AppError } from '@agentweaver/core/errors/app-error';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import { enforceLimit } from '../../../server/rate-limit.ts';
import { hashSecretToken } from '../../workspace/server/secret-token.ts';
import type { Caller } from './operation.ts';

/** How exact `last used` is; a write for each call would make one row a bottleneck. */
const LAST_USED_EVERY_MS = 60_000;

const unauthorized = (publicMessage: string): AppError => new AppError('unauthorized', { publicMessage });

/**
 * The caller of an `Authorization: Bearer` header. The token acts with the present role of its user, so removing
 * a member ends their tokens. Refused calls are counted per address, against guessing.
 */
export const authenticateToken = async (
  prisma: PrismaClient,
  header: string | null,
  ip: string,
  now = new Date(),
): Promise<Caller> => {
  const token = /^Bearer ([\w.~+/=-]{16,256})$/i.exec(header ?? '')?.[1];
  const found = token
    ? await prisma.apiToken.findUnique({
        where: { tokenHash: hashSecretToken(token) },
        select: { id: true, userId: true, workspaceId: true, revokedAt: true, expiresAt: true, lastUsedAt: true },
      })
    : null;
  if (!found || found.revokedAt) {
    await enforceLimit('rest_refused', ip);
    throw unauthorized('Send a token of the workspace as "Authorization: Bearer <token>".');
  }
  if (found.expiresAt && found.expiresAt <= now)
    throw unauthorized('This token has expired. Make a new one in the settings.');
  const { id: tokenId, userId, workspaceId } = found;
  const member = await prisma.member.findUnique({
    where: { workspaceId_userId: { workspaceId, userId } },
    select: { role: true },
  });
  if (!member) throw unauthorized('The user of this token is no longer a member of the workspace.');
  if (!found.lastUsedAt || now.getTime() - found.lastUsedAt.getTime() > LAST_USED_EVERY_MS) {
    await prisma.apiToken.update({ where: { id: tokenId }, data: { lastUsedAt: now } });
  }
  return { tokenId, userId, workspaceId, role: member.role };
};
