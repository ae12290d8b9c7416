import {
  CREDENTIAL_SHAPES,
  type Credential,
  type CredentialKind,
  type OAuthCredential,
} from '@agentweaver/core/credentials/credential';
import type { PrismaTransaction } from './client.ts';
import { decryptSecret, encryptSecret, type SecretScope } from './encryption.ts';
import type { Credential as CredentialRow, Prisma, PrismaClient } from './generated/client.ts';
import { storableText } from './json.ts';

export type CredentialScope = { masterKey: string; workspaceId: string };

/** Everything but the secret. */
export const SHOWN_CREDENTIAL_FIELDS = {
  id: true,
  name: true,
  kind: true,
  settings: true,
  allowedHosts: true,
  lastFour: true,
  revision: true,
  expiresAt: true,
  connectedAt: true,
  lastUsedAt: true,
  lastError: true,
  createdAt: true,
  updatedAt: true,
} as const satisfies Prisma.CredentialSelect;

const scopeOf = ({ masterKey, workspaceId }: CredentialScope): SecretScope => ({
  masterKey,
  workspaceId,
  purpose: 'credential',
});

/** Opens a row. Throws an `Error` without details when it was sealed with another master key. */
export const openCredential = (scope: CredentialScope, row: CredentialRow): Credential => {
  const shape = CREDENTIAL_SHAPES[row.kind];
  const { id, name, kind, allowedHosts, revision, expiresAt } = row;
  const opened = {
    id,
    name,
    kind,
    allowedHosts,
    revision,
    expiresAt,
    settings: shape.settings.parse(row.settings),
    secret: shape.secret.parse(JSON.parse(decryptSecret(scopeOf(scope), row))),
  };
  // Both halves were parsed with the shapes of this very kind.
  return opened as Credential;
};

export const findCredential = async (
  prisma: PrismaClient | PrismaTransaction,
  scope: CredentialScope,
  by: { name: string } | { id: string },
): Promise<Credential | undefined> => {
  const row = await prisma.credential.findFirst({ where: { workspaceId: scope.workspaceId, ...by } });
  return row ? openCredential(scope, row) : undefined;
};

/** The columns that hold a secret; `lastFour` tells two apart without telling either, so short ones show nothing. */
export const sealSecret = (
  scope: CredentialScope,
  kind: CredentialKind,
  secret: Credential['secret'],
): Pick<CredentialRow, 'keyVersion' | 'lastFour'> & { ciphertext: Uint8Array<ArrayBuffer> } => {
  const own = { value: '', token: '', password: '', clientSecret: '', ...secret };
  const text = kind === 'database' ? '' : own.value || own.token || own.password || own.clientSecret;
  return {
    ...encryptSecret(scopeOf(scope), JSON.stringify(CREDENTIAL_SHAPES[kind].secret.parse(secret))),
    lastFour: text.length >= 12 ? text.slice(-4) : '',
  };
};

/**
 * Stores fresh tokens if nobody has written the credential since it was read: a refresh that lost must not undo the one
 * that won, nor what a person has typed meanwhile. `false` when it lost.
 */
export const saveTokens = async (
  prisma: PrismaClient | PrismaTransaction,
  scope: CredentialScope,
  {
    credential,
    tokens,
    connectedAt,
  }: {
    credential: OAuthCredential;
    tokens: { accessToken: string; refreshToken: string | undefined; expiresAt: Date };
    /** When a person has just granted access. */
    connectedAt?: Date;
  },
): Promise<boolean> => {
  const { accessToken, refreshToken, expiresAt } = tokens;
  // A server that does not rotate refresh tokens sends none: the old one stays.
  const secret = {
    ...credential.secret,
    accessToken,
    refreshToken: refreshToken ?? (connectedAt ? undefined : credential.secret.refreshToken),
  };
  const { ciphertext, keyVersion } = sealSecret(scope, credential.kind, secret);
  const { count } = await prisma.credential.updateMany({
    where: { id: credential.id, workspaceId: scope.workspaceId, revision: credential.revision },
    data: {
      ciphertext,
      keyVersion,
      expiresAt,
      revision: { increment: 1 },
      lastError: null,
      ...(connectedAt ? { connectedAt } : {}),
    },
  });
  return count > 0;
};

/** Holds one credential across all processes until the transaction ends. */
export const lockCredential = async (tx: PrismaTransaction, id: string): Promise<void> => {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`credential:${id}`}, 0))`;
};

/** `error` must be a public text. A missing row, deleted meanwhile, is nothing to complain about. */
export const noteCredentialUse = async (
  prisma: PrismaClient,
  { id, error, now = new Date() }: { id: string; error: string | null; now?: Date },
): Promise<void> => {
  await prisma.credential.updateMany({
    where: { id },
    data: error === null ? { lastUsedAt: now } : { lastError: storableText(error).slice(0, 1_000) },
  });
};
