import { ExecutionError } from '../engine/execution-errors.ts';
import { fetchHttp } from './fetch-http.ts';
import type { Host } from './host.ts';

/** The headers to add to a request for this address. Throw for an address that must not see them. */
export type CredentialHeaders = (url: URL) => Record<string, string> | Promise<Record<string, string>>;

/** The headers of the credential of this name; none without a name. Throws `credential_failed`. */
export const headersOf = async (
  credentials: Record<string, CredentialHeaders>,
  { credential, url }: { credential?: string | undefined; url: string },
): Promise<Record<string, string>> => {
  if (credential === undefined || credential === '') return {};
  const find = Object.hasOwn(credentials, credential) ? credentials[credential] : undefined;
  if (find) return find(new URL(url));
  throw new ExecutionError({
    code: 'credential_failed',
    message: `There is no credential named “${credential}”.`,
    hint: 'Give it to the host in the option “credentials”, under this name.',
  });
};

/**
 * HTTP requests with a credential's headers beside what the workflow itself sends; the credential's win. Such a request
 * follows no redirect: it would take the secret to another place.
 */
export const fetchWithCredentials = (
  fetch: typeof globalThis.fetch,
  credentials: Record<string, CredentialHeaders>,
): Host['http']['fetch'] => {
  const plain = fetchHttp(fetch);
  const staying = fetchHttp((input, init) => fetch(input, { ...init, redirect: 'error' }));
  return async (request, call) => {
    if (!request.credential) return plain(request, call);
    const added = await headersOf(credentials, request);
    return staying({ ...request, headers: mergeHeaders(request.headers, added) }, call);
  };
};

/** Names of headers are the same in upper and lower case. */
export const mergeHeaders = (first: Record<string, string>, second: Record<string, string>): Record<string, string> => {
  const lower = (headers: Record<string, string>) =>
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  return Object.fromEntries([...lower(first), ...lower(second)]);
};
