import { z } from 'zod';
import { ExecutionError } from '../engine/execution-errors.ts';
import type { OAuthCredential } from './credential.ts';

/** Without an `expires_in` nobody knows; asked again after this long. */
const ASSUMED_LIFETIME_MS = 3_600_000;
const TIMEOUT_MS = 20_000;
const MAX_ANSWER_CHARACTERS = 100_000;

export type OAuthGrant =
  | { grant_type: 'client_credentials' }
  | { grant_type: 'refresh_token'; refresh_token: string }
  | { grant_type: 'authorization_code'; code: string; redirect_uri: string; code_verifier: string };

export type OAuthTokens = { accessToken: string; refreshToken: string | undefined; expiresAt: Date };

const answerSchema = z.object({
  access_token: z.string().min(1).max(20_000),
  token_type: z.string().max(100).optional(),
  refresh_token: z.string().min(1).max(20_000).optional(),
  expires_in: z.coerce.number().positive().max(31_536_000_000).optional(),
});
/** RFC 6749 5.2: the code is one of a few words; a server's description may hold anything, so it is not shown. */
const refusalSchema = z.object({ error: z.string().regex(/^[a-z_]{1,60}$/) });

type Client = Pick<OAuthCredential, 'name' | 'settings' | 'secret' | 'kind'>;

/**
 * Asks the token endpoint (RFC 6749). `fetch` must guard addresses and refuse redirects. Rejects with
 * `credential_failed`, whose message holds the server's error code and nothing else of what it said.
 */
export const requestOAuthTokens = async ({
  fetch,
  client,
  grant,
  signal,
  now = () => Date.now(),
}: {
  fetch: typeof globalThis.fetch;
  client: Client;
  grant: OAuthGrant;
  signal: AbortSignal;
  now?: () => number;
}): Promise<OAuthTokens> => {
  const { settings, secret, name } = client;
  const body = new URLSearchParams(grant);
  if (grant.grant_type !== 'authorization_code' && settings.scopes.length > 0) {
    body.set('scope', settings.scopes.join(' '));
  }
  const headers = new Headers({
    accept: 'application/json',
    'content-type': 'application/x-www-form-urlencoded',
  });
  if (settings.clientAuth === 'basic' && secret.clientSecret) {
    headers.set('authorization', basicAuth(formEncoded(settings.clientId), formEncoded(secret.clientSecret)));
  } else {
    body.set('client_id', settings.clientId);
    if (secret.clientSecret) body.set('client_secret', secret.clientSecret);
  }
  const asked = now();
  const host = new URL(settings.tokenUrl).host;
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  let status: number;
  let text: string;
  try {
    const response = await fetch(settings.tokenUrl, {
      method: 'POST',
      headers,
      body: body.toString(),
      signal: AbortSignal.any([signal, timeout]),
    });
    status = response.status;
    text = await response.text();
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (error instanceof ExecutionError) throw error;
    throw credentialFailed(
      name,
      timeout.aborted ? `${host} did not give a token in time.` : `${host} could not be asked for a token.`,
      'Check the token URL of the credential, and that the server is up.',
      error,
    );
  }
  const json = parseJson(text.slice(0, MAX_ANSWER_CHARACTERS));
  const answer = status >= 200 && status < 300 ? answerSchema.safeParse(json) : undefined;
  if (!answer?.success) throw refused({ name, host, status, json, grant });
  const { access_token, refresh_token, expires_in } = answer.data;
  return {
    accessToken: access_token,
    refreshToken: refresh_token,
    expiresAt: new Date(asked + (expires_in === undefined ? ASSUMED_LIFETIME_MS : expires_in * 1_000)),
  };
};

const refused = ({
  name,
  host,
  status,
  json,
  grant,
}: {
  name: string;
  host: string;
  status: number;
  json: unknown;
  grant: OAuthGrant;
}): ExecutionError => {
  const refusal = refusalSchema.safeParse(json);
  const why = refusal.success ? `${status}, ${refusal.data.error}` : String(status);
  return credentialFailed(
    name,
    `${host} gave no token (${why}).`,
    grant.grant_type === 'client_credentials'
      ? 'Check the client id, the client secret and the scopes of the credential.'
      : 'Connect the credential again in the settings.',
  );
};

export const credentialFailed = (name: string, why: string, hint: string, cause?: unknown): ExecutionError =>
  new ExecutionError({ code: 'credential_failed', message: `The credential “${name}”: ${why}`, hint }, { cause });

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

export const basicAuth = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

/** RFC 6749 2.3.1: both parts are form-encoded before they are put together. */
const formEncoded = (text: string): string => new URLSearchParams([['', text]]).toString().slice(1);
