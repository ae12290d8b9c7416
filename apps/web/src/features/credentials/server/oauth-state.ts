import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { decryptSecret, encryptSecret } from '@agentweaver/db/encryption';
import { z } from 'zod';
import { getEnv } from '../../../server/env.ts';
import { isSecureSite } from '../../auth/server/session-cookie.ts';

/** What the browser keeps, sealed, while its person is at the provider. */
const stateSchema = z.object({
  /** Goes to the provider and comes back. */
  nonce: z.string(),
  /** PKCE: never leaves this server but to the token endpoint. */
  verifier: z.string(),
  credentialId: z.uuid(),
  workspaceId: z.uuid(),
  /** The credential that access was asked for; another one since then is not given the tokens. */
  revision: z.int(),
  /** Ms since the epoch. */
  expiresAt: z.number(),
});
export type OAuthState = z.infer<typeof stateSchema>;

const LIFETIME_MS = 10 * 60_000;
const PATH = '/api/oauth';

/** Bound to the person: sealed under a key of their own, nobody else's session opens it. */
const scopeOf = (userId: string) => ({
  masterKey: getEnv().AGENTWEAVER_MASTER_KEY,
  workspaceId: userId,
  purpose: 'oauth-state' as const,
});

export const createOAuthState = (
  of: Pick<OAuthState, 'credentialId' | 'workspaceId' | 'revision'>,
  now = Date.now(),
): OAuthState => ({
  ...of,
  nonce: randomBytes(24).toString('base64url'),
  verifier: randomBytes(48).toString('base64url'),
  expiresAt: now + LIFETIME_MS,
});

export const codeChallenge = (verifier: string): string => createHash('sha256').update(verifier).digest('base64url');

export const sealOAuthState = (userId: string, state: OAuthState): string => {
  const { ciphertext, keyVersion } = encryptSecret(scopeOf(userId), JSON.stringify(state));
  return `${keyVersion}.${Buffer.from(ciphertext).toString('base64url')}`;
};

/** The state when the cookie is this person's, is the one that `nonce` belongs to, and is not too old. */
export const openOAuthState = (
  { userId, cookie, nonce }: { userId: string; cookie: string | null; nonce: string | null },
  now = Date.now(),
): OAuthState | undefined => {
  const [version = '', sealed = ''] = (cookie ?? '').split('.');
  try {
    const text = decryptSecret(scopeOf(userId), {
      ciphertext: Buffer.from(sealed, 'base64url'),
      keyVersion: Number(version),
    });
    const state = stateSchema.parse(JSON.parse(text));
    return state.expiresAt > now && isEqual(state.nonce, nonce ?? '') ? state : undefined;
  } catch {
    // Somebody else's, changed, or none.
    return undefined;
  }
};

const isEqual = (left: string, right: string): boolean => {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
};

export const oauthCookieName = (): string => `${isSecureSite() ? '__Secure-' : ''}agentweaver.oauth`;

/** Lax: the provider's redirect is a top-level navigation, and that alone may bring it. */
export const oauthCookie = (value: string): string =>
  [
    `${oauthCookieName()}=${value}`,
    `Path=${PATH}`,
    `Max-Age=${value === '' ? 0 : LIFETIME_MS / 1_000}`,
    'HttpOnly',
    'SameSite=Lax',
    ...(isSecureSite() ? ['Secure'] : []),
  ].join('; ');
