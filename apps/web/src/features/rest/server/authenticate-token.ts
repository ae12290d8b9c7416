import { AppError } from '@agentweaver/core/errors/app-error';
import type { ApiToken, PrismaClient } from '@agentweaver/db/generated/client';
import { onPool, type Statement } from '@agentweaver/db/statement';
import { enforceLimit } from '../../../server/rate-limit.ts';
import type { WorkspaceRole } from '../../workspace/roles.ts';
import { hashSecretToken } from '../../workspace/server/secret-token.ts';
import type { Caller } from './operation.ts';

/** How exact `last used` is; a write for each call would make one row a bottleneck. */
const LAST_USED_EVERY_MS = 60_000;

type FoundToken = Pick<ApiToken, 'id' | 'userId' | 'workspaceId' | 'revokedAt' | 'expiresAt' | 'lastUsedAt'> & {
  /** None: its user is no member any more. */
  role: WorkspaceRole | null;
};

const FIND_TOKEN: Statement = {
  name: 'find_token',
  text: `
  SELECT token.id, token.user_id AS "userId", token.workspace_id AS "workspaceId", token.revoked_at AS "revokedAt",
    token.expires_at AS "expiresAt", token.last_used_at AS "lastUsedAt", member.role
  FROM api_tokens AS token
  LEFT JOIN members AS member ON member.workspace_id = token.workspace_id AND member.user_id = token.user_id
  WHERE token.token_hash = $1::text`,
};

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
  const [found] = token ? await onPool(prisma)<FoundToken>(FIND_TOKEN, [hashSecretToken(token)]) : [];
  if (!found || found.revokedAt) {
    await enforceLimit('rest_refused', ip);
    throw unauthorized('Send a token of the workspace as "Authorization: Bearer <token>".');
  }
  if (found.expiresAt && found.expiresAt <= now)
    throw unauthorized('This token has expired. Make a new one in the settings.');
  const { id: tokenId, userId, workspaceId, role } = found;
  if (!role) throw unauthorized('The user of this token is no longer a member of the workspace.');
  if (!found.lastUsedAt || now.getTime() - found.lastUsedAt.getTime() > LAST_USED_EVERY_MS) {
    await prisma.apiToken.update({ where: { id: tokenId }, data: { lastUsedAt: now } });
  }
  return { tokenId, userId, workspaceId, role };
};
