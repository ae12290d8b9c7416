import { type Credential, isOAuth, type OAuthCredential } from '@agentweaver/core/credentials/credential';
import { credentialFailed, requestOAuthTokens } from '@agentweaver/core/credentials/oauth2-token';
import { ExecutionError } from '@agentweaver/core/engine/execution-errors';
import {
  type CredentialScope,
  findCredential,
  lockCredential,
  noteCredentialUse,
  saveTokens,
} from '@agentweaver/db/credential-store';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import { TOKEN_LOCK_TIMEOUT_MS, TOKEN_SPARE_MS } from '../tunables.ts';

export type TokenKeeper = {
  /**
   * The credential with an access token that is good for a while. `refused`: the server did not take the token it has.
   * Rejects with `credential_failed` or the signal's reason.
   */
  ensure(
    scope: CredentialScope,
    credential: OAuthCredential,
    options: { signal: AbortSignal; refused: boolean },
  ): Promise<OAuthCredential>;
};

/**
 * Gets and renews OAuth2 tokens, each credential once at a time: many servers take a refresh token only once, and
 * revoke everything when it is shown again. Within the process callers share one renewal, across processes a lock in
 * the database lets one through, and whoever waited finds the new token.
 */
export const createTokenKeeper = ({
  prisma,
  guardedFetch,
  now = () => Date.now(),
}: {
  prisma: PrismaClient;
  /** Guards addresses and refuses redirects. */
  guardedFetch: typeof globalThis.fetch;
  now?: () => number;
}): TokenKeeper => {
  const renewals = new Map<string, Promise<OAuthCredential>>();

  const isGood = ({ secret, expiresAt }: OAuthCredential): boolean =>
    secret.accessToken !== undefined && (expiresAt === null || expiresAt.getTime() - TOKEN_SPARE_MS > now());

  const renew = async (scope: CredentialScope, stale: OAuthCredential): Promise<OAuthCredential> => {
    try {
      return await prisma.$transaction(
        async (tx) => {
          await lockCredential(tx, stale.id);
          const current = requireOAuth(await findCredential(tx, scope, { id: stale.id }), stale.name);
          // Somebody else was first.
          if (current.revision !== stale.revision && isGood(current)) return current;
          const tokens = await requestOAuthTokens({
            fetch: guardedFetch,
            client: current,
            grant: grantOf(current),
            // Not the caller's: others wait for the same token.
            signal: AbortSignal.timeout(TOKEN_LOCK_TIMEOUT_MS),
            now,
          });
          await saveTokens(tx, scope, { credential: current, tokens });
          // Also when a person changed it meanwhile: then theirs is what counts.
          const saved = requireOAuth(await findCredential(tx, scope, { id: stale.id }), stale.name);
          if (isGood(saved)) return saved;
          throw credentialFailed(stale.name, 'it was changed while its token was renewed.', 'Run it again.');
        },
        { maxWait: TOKEN_LOCK_TIMEOUT_MS, timeout: 2 * TOKEN_LOCK_TIMEOUT_MS },
      );
    } catch (error) {
      if (error instanceof ExecutionError) {
        await noteCredentialUse(prisma, { id: stale.id, error: error.data.message }).catch(() => undefined);
      }
      throw error;
    }
  };

  return {
    ensure: async (scope, credential, { signal, refused }) => {
      if (!refused && isGood(credential)) return credential;
      let renewal = renewals.get(credential.id);
      if (!renewal) {
        renewal = renew(scope, credential).finally(() => renewals.delete(credential.id));
        renewals.set(credential.id, renewal);
      }
      return abandonable(renewal, signal);
    },
  };
};

const requireOAuth = (credential: Credential | undefined, name: string): OAuthCredential => {
  if (credential && isOAuth(credential)) return credential;
  throw credentialFailed(name, 'it is not there any more.', 'Choose another credential.');
};

const grantOf = ({ kind, secret, name }: OAuthCredential) => {
  if (kind === 'oauth2_client_credentials') return { grant_type: 'client_credentials' } as const;
  if (secret.refreshToken) return { grant_type: 'refresh_token', refresh_token: secret.refreshToken } as const;
  throw credentialFailed(
    name,
    secret.accessToken
      ? 'its access has ended and the server gave no way to renew it.'
      : 'nobody has granted access yet.',
    'Connect it in the settings of the workspace under Credentials.',
  );
};

/** Leaves the work going when one of those who wait for it gives up. */
const abandonable = async <T>(work: Promise<T>, signal: AbortSignal): Promise<T> => {
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const giveUp = () => reject(signal.reason);
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
};
