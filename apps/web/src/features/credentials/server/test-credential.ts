import { additionsOf, secretsOf } from '@agentweaver/core/credentials/apply-credential';
import { parseConnectionUrl } from '@agentweaver/core/credentials/connection-url';
import { type Credential, type CredentialOf, isOAuth } from '@agentweaver/core/credentials/credential';
import { createMask } from '@agentweaver/core/credentials/mask-secrets';
import { requestOAuthTokens } from '@agentweaver/core/credentials/oauth2-token';
import { type EgressRules, matchesHost } from '@agentweaver/core/egress/egress-policy';
import { openGuardedSocket } from '@agentweaver/core/egress/guarded-socket';
import { AppError, isAppError } from '@agentweaver/core/errors/app-error';
import { isExecutionError } from '@agentweaver/core/errors/to-execution-error';
import { findCredential, noteCredentialUse, saveTokens } from '@agentweaver/db/credential-store';
import { CONNECT_TIMEOUT_MS, type ExternalDatabase } from '@agentweaver/db/external/external-query';
import { queryMysql } from '@agentweaver/db/external/query-mysql';
import { queryPostgres } from '@agentweaver/db/external/query-postgres';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import { recordAudit } from '../../../server/audit.ts';
import { getEnv } from '../../../server/env.ts';
import { createGuardedFetch } from '../../../server/guarded-fetch.ts';
import type { Actor } from '../../settings/server/members.ts';
import { credentialNotFound, credentialScope } from './credential-rows.ts';

const TIMEOUT_MS = 15_000;

/** `error` is a sentence for people, without secrets. */
export type CredentialTest = { error: string | null; status?: number };

/** Uses the credential once. Throws `not_found`, and `bad_request` for an address that it is not for. */
export const testCredential = async (
  prisma: PrismaClient,
  {
    actor,
    allowedHosts,
    id,
    url,
  }: {
    actor: Actor /** Of the workspace. */;
    allowedHosts: string[];
    id: string /** For web addresses. */;
    url?: string;
  },
): Promise<CredentialTest> => {
  const scope = credentialScope(actor.workspaceId);
  const credential = await findCredential(prisma, scope, { id });
  if (!credential) throw credentialNotFound();
  const rules = { privateHosts: getEnv().EGRESS_ALLOWED_PRIVATE_HOSTS, allowedHosts };
  const result = await attempt(credential, async () => {
    if (credential.kind === 'database') return testDatabase(credential, rules);
    if (isOAuth(credential) && credential.kind === 'oauth2_client_credentials') {
      const fetch = createGuardedFetch(rules.privateHosts, { field: 'tokenUrl' });
      const grant = { grant_type: 'client_credentials' } as const;
      const tokens = await requestOAuthTokens({ fetch, client: credential, grant, signal: deadline() });
      await saveTokens(prisma, scope, { credential, tokens });
      return { error: null };
    }
    return testWebAddress(credential, rules, url);
  });
  await noteCredentialUse(prisma, { id, error: result.error });
  await prisma.$transaction((tx) =>
    recordAudit(tx, {
      ...actor,
      action: 'credential.tested',
      targetType: 'credential',
      targetId: id,
      data: { name: credential.name, passed: result.error === null },
    }),
  );
  return result;
};

const deadline = (): AbortSignal => AbortSignal.timeout(TIMEOUT_MS);

const attempt = async (credential: Credential, work: () => Promise<CredentialTest>): Promise<CredentialTest> => {
  try {
    return await work();
  } catch (error) {
    if (isAppError(error)) throw error;
    const text = isExecutionError(error)
      ? [error.data.message, error.data.hint].filter(Boolean).join(' ')
      : 'The server cannot be reached. Check the address and the network of this installation.';
    return { error: createMask(secretsOf(credential)).text(text) };
  }
};

const testDatabase = async (credential: CredentialOf<'database'>, rules: EgressRules): Promise<CredentialTest> => {
  const address = parseConnectionUrl(credential.secret.url);
  if (!address) return { error: 'It holds no connection URL.' };
  const { host, port, engine } = address;
  const database: ExternalDatabase = {
    address,
    tls: credential.settings.tls,
    connect: (signal) => openGuardedSocket({ host, port, rules, signal, timeoutMs: CONNECT_TIMEOUT_MS }),
  };
  const query = { sql: 'SELECT 1', params: [], readOnly: true, maxRows: 1, timeoutMs: TIMEOUT_MS, signal: deadline() };
  await (engine === 'mysql' ? queryMysql(database, query) : queryPostgres(database, query));
  return { error: null };
};

const testWebAddress = async (
  credential: Credential,
  { privateHosts, allowedHosts }: EgressRules,
  text: string | undefined,
): Promise<CredentialTest> => {
  const url = URL.parse(text ?? '');
  if (!url || !/^https?:$/.test(url.protocol)) throw badUrl('must be an http or https address');
  if (!matchesHost(url.hostname, credential.allowedHosts)) throw badUrl('is not on a host of this credential');
  const { headers, query } = additionsOf(credential);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const fetch = createGuardedFetch(privateHosts, { field: 'url', allowedHosts });
  const { status } = await fetch(url, { headers, signal: deadline() });
  return { error: status === 401 || status === 403 ? `The server refuses it (${status}).` : null, status };
};

const badUrl = (message: string): AppError =>
  new AppError('bad_request', { publicMessage: `The address ${message}.`, problems: [{ field: 'url', message }] });
