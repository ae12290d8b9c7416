import { parseConnectionUrl } from '@agentweaver/core/credentials/connection-url';
import { CREDENTIAL_SHAPES, type CredentialKind } from '@agentweaver/core/credentials/credential';
import { AppError } from '@agentweaver/core/errors/app-error';
import { SHOWN_CREDENTIAL_FIELDS } from '@agentweaver/db/credential-store';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import { getEnv } from '../../../server/env.ts';

/** Also for one of another workspace. */
export const credentialNotFound = (): AppError =>
  new AppError('not_found', { publicMessage: 'There is no such credential.' });

export const credentialScope = (workspaceId: string) => ({
  masterKey: getEnv().AGENTWEAVER_MASTER_KEY,
  workspaceId,
});

/** What people see of a database's address is read from its URL; the password stays in there. */
export const settingsWithAddress = (kind: CredentialKind, settings: object, secret: object): object => {
  const address = kind === 'database' && 'url' in secret ? parseConnectionUrl(String(secret.url)) : undefined;
  if (!address) return settings;
  const { engine, host, port, database } = address;
  return { ...settings, engine, host, port, database };
};

/** Where a person's browser comes back to after granting access; it has to be registered at the provider. */
export const oauthRedirectUri = (): string => `${getEnv().publicUrl}/api/oauth/callback`;

export const listCredentials = async (prisma: PrismaClient, workspaceId: string) => {
  const rows = await prisma.credential.findMany({
    where: { workspaceId },
    orderBy: { name: 'asc' },
    select: SHOWN_CREDENTIAL_FIELDS,
  });
  return {
    redirectUri: oauthRedirectUri(),
    credentials: rows.map(({ settings, ...row }) => ({
      ...row,
      settings: CREDENTIAL_SHAPES[row.kind].settings.parse(settings) as Record<string, unknown>,
    })),
  };
};

/** For pickers: what a workflow may write in its text. */
export const listCredentialNames = (
  prisma: PrismaClient,
  workspaceId: string,
): Promise<{ name: string; kind: CredentialKind }[]> =>
  prisma.credential.findMany({ where: { workspaceId }, orderBy: { name: 'asc' }, select: { name: true, kind: true } });

/** Workflows whose draft or published version names the credential, in a step or in a tool of an agent. */
export const findCredentialUsage = async (
  prisma: PrismaClient,
  { workspaceId, id }: { workspaceId: string; id: string },
): Promise<{ id: string; name: string }[]> => {
  const credential = await prisma.credential.findFirst({ where: { id, workspaceId }, select: { name: true } });
  if (!credential) throw credentialNotFound();
  return prisma.$queryRaw<{ id: string; name: string }[]>`
    SELECT w.id, w.name FROM workflows w
    LEFT JOIN workflow_drafts d ON d.workflow_id = w.id
    LEFT JOIN workflow_versions v ON v.id = w.published_version_id
    WHERE w.workspace_id = ${workspaceId}::uuid
      AND EXISTS (
        SELECT 1 FROM (VALUES (d.definition), (v.definition)) AS source(definition)
        WHERE jsonb_path_exists(
          source.definition,
          '$.nodes[*].config.**.credential ? (@ == $name)',
          jsonb_build_object('name', ${credential.name}::text)
        )
      )
    ORDER BY w.name LIMIT 100`;
};
