import { requestOAuthTokens } from '@agentweaver/core/credentials/oauth2-token';
import { isAppError } from '@agentweaver/core/errors/app-error';
import { isExecutionError, messageOf } from '@agentweaver/core/errors/to-execution-error';
import { findCredential, noteCredentialUse, saveTokens } from '@agentweaver/db/credential-store';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import { recordAudit } from '../../../server/audit.ts';
import { getEnv } from '../../../server/env.ts';
import { createGuardedFetch } from '../../../server/guarded-fetch.ts';
import { log } from '../../../server/log.ts';
import { credentialScope, oauthRedirectUri } from './credential-rows.ts';
import { type OAuthState, openOAuthState } from './oauth-state.ts';

/** What the settings page then says; the words are its own. */
export type OAuthOutcome = 'connected' | 'expired' | 'denied' | 'changed' | 'refused' | 'forbidden';

export type OAuthReturn = {
  userId: string;
  /** The sealed state of the browser. */
  cookie: string | null;
  /** What the provider sent along. */
  query: URLSearchParams;
};

/** Takes a person back from the provider: exchanges the code for tokens and stores them. `slug` says which page is theirs. */
export const finishOAuth = async (
  prisma: PrismaClient,
  { userId, cookie, query }: OAuthReturn,
): Promise<{ outcome: OAuthOutcome; slug: string | undefined }> => {
  const state = openOAuthState({ userId, cookie, nonce: query.get('state') });
  if (!state) return { outcome: 'expired', slug: undefined };
  const { workspaceId } = state;
  // Read again: an owner may have been removed while they were away.
  const member = await prisma.member.findFirst({
    where: { userId, workspaceId, role: 'owner' },
    select: { workspace: { select: { slug: true } } },
  });
  if (!member) return { outcome: 'forbidden', slug: undefined };
  const { slug } = member.workspace;
  const code = query.get('code');
  if (!code || query.has('error')) return { outcome: 'denied', slug };
  return { outcome: await exchange(prisma, { userId, state, code }), slug };
};

const exchange = async (
  prisma: PrismaClient,
  { userId, state, code }: { userId: string; state: OAuthState; code: string },
): Promise<OAuthOutcome> => {
  const { workspaceId, credentialId: id } = state;
  const scope = credentialScope(workspaceId);
  const credential = await findCredential(prisma, scope, { id });
  if (credential?.kind !== 'oauth2_authorization_code' || credential.revision !== state.revision) return 'changed';
  try {
    const tokens = await requestOAuthTokens({
      fetch: createGuardedFetch(getEnv().EGRESS_ALLOWED_PRIVATE_HOSTS, { field: 'tokenUrl' }),
      client: credential,
      grant: {
        grant_type: 'authorization_code',
        code,
        redirect_uri: oauthRedirectUri(),
        code_verifier: state.verifier,
      },
      signal: new AbortController().signal,
    });
    return await prisma.$transaction(async (tx) => {
      if (!(await saveTokens(tx, scope, { credential, tokens, connectedAt: new Date() }))) return 'changed';
      await recordAudit(tx, {
        workspaceId,
        userId,
        action: 'credential.connected',
        targetType: 'credential',
        targetId: id,
        data: { name: credential.name },
      });
      return 'connected';
    });
  } catch (error) {
    const message = publicMessageOf(error);
    log.info({ credentialId: id, message: messageOf(error) }, 'a provider gave no token');
    await noteCredentialUse(prisma, { id, error: message });
    return 'refused';
  }
};

/** What people are shown: of a provider its error code at most, of our own faults nothing. */
const publicMessageOf = (error: unknown): string => {
  if (isAppError(error)) return error.publicMessage;
  return isExecutionError(error) ? error.data.message : 'The connection could not be completed. Try again.';
};
