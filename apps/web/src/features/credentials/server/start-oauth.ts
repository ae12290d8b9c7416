import { AppError } from '@agentweaver/core/errors/app-error';
import { findCredential } from '@agentweaver/db/credential-store';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import type { Actor } from '../../settings/server/members.ts';
import { credentialNotFound, credentialScope, oauthRedirectUri } from './credential-rows.ts';
import { codeChallenge, createOAuthState, sealOAuthState } from './oauth-state.ts';

/** Where to send the person to grant access, and the cookie that proves on the way back who went. */
export const startOAuth = async (
  prisma: PrismaClient,
  { actor, id }: { actor: Actor; id: string },
): Promise<{ url: string; cookie: string }> => {
  const { workspaceId, userId } = actor;
  const credential = await findCredential(prisma, credentialScope(workspaceId), { id });
  if (!credential) throw credentialNotFound();
  if (credential.kind !== 'oauth2_authorization_code') {
    throw new AppError('bad_request', { publicMessage: 'Nobody has to grant access to this credential.' });
  }
  const { authorizeUrl, clientId, scopes } = credential.settings;
  const state = createOAuthState({ credentialId: id, workspaceId, revision: credential.revision });
  const url = new URL(authorizeUrl);
  const parameters = {
    response_type: 'code',
    client_id: clientId,
    redirect_uri: oauthRedirectUri(),
    state: state.nonce,
    code_challenge: codeChallenge(state.verifier),
    code_challenge_method: 'S256',
    ...(scopes.length > 0 ? { scope: scopes.join(' ') } : {}),
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return { url: url.href, cookie: sealOAuthState(userId, state) };
};
