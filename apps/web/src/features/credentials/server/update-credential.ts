import { type Credential, isOAuth } from '@agentweaver/core/credentials/credential';
import { AppError } from '@agentweaver/core/errors/app-error';
import { openCredential, sealSecret } from '@agentweaver/db/credential-store';
import type { Prisma, PrismaClient } from '@agentweaver/db/generated/client';
import { recordAudit } from '../../../server/audit.ts';
import type { Actor } from '../../settings/server/members.ts';
import {
  type ChangedCredential,
  parseCredentialForm,
  parseCredentialSettings,
  type TypedSecret,
} from '../credential-input.ts';
import { credentialNotFound, credentialScope, settingsWithAddress } from './credential-rows.ts';

/**
 * Changes settings and hosts, and the secret when a new one is given. A stored secret can be replaced but never taken
 * elsewhere: whoever opens it to another place has to know it. Throws `bad_request` with the field, `not_found`, and
 * `conflict` when somebody else was faster.
 */
export const updateCredential = async (
  prisma: PrismaClient,
  { actor, change }: { actor: Actor; change: ChangedCredential },
): Promise<void> => {
  const { id, revision } = change;
  const scope = credentialScope(actor.workspaceId);
  const row = await prisma.credential.findFirst({ where: { id, workspaceId: actor.workspaceId } });
  if (!row) throw credentialNotFound();
  if (row.revision !== revision) throw changedMeanwhile();
  const { kind } = row;

  const typed: TypedSecret | undefined =
    change.secret === undefined ? undefined : parseCredentialForm(kind, { ...change, secret: change.secret }).secret;
  const { settings, allowedHosts } = parseCredentialSettings(kind, change);
  const stored = typed === undefined ? openStored(() => openCredential(scope, row)) : undefined;
  if (stored && leadsElsewhere(stored, { settings, allowedHosts })) throw secretNeeded(kind);
  const secret = typed ?? keepSecret(stored, { settings, allowedHosts });
  const tokensGone = kind.startsWith('oauth2') && !('accessToken' in secret && secret.accessToken);

  await prisma.$transaction(async (tx) => {
    const { count } = await tx.credential.updateMany({
      where: { id, revision },
      data: {
        settings: settingsWithAddress(kind, settings, secret) as Prisma.InputJsonObject,
        allowedHosts,
        revision: { increment: 1 },
        lastError: null,
        ...sealSecret(scope, kind, secret),
        ...(tokensGone ? { expiresAt: null, connectedAt: null } : {}),
      },
    });
    if (count === 0) throw changedMeanwhile();
    await recordAudit(tx, {
      ...actor,
      action: 'credential.updated',
      targetType: 'credential',
      targetId: id,
      data: { name: row.name, secretReplaced: typed !== undefined },
    });
  });
};

type Places = { settings: object; allowedHosts: string[] };

const isWider = (before: Credential, { allowedHosts }: Places): boolean =>
  allowedHosts.some((host) => !before.allowedHosts.includes(host));

const sameSettings = (before: Credential, { settings }: Places): boolean =>
  Object.entries(settings).every(
    ([key, value]) => JSON.stringify(value) === JSON.stringify((before.settings as Record<string, unknown>)[key]),
  );

const tokenUrlOf = (settings: object): unknown => (settings as { tokenUrl?: string }).tokenUrl;

/** Whether the stored secret would be sent to a place that it was not entered for. */
const leadsElsewhere = (before: Credential, after: Places): boolean => {
  // A database's address is part of its secret.
  if (before.kind === 'database') return false;
  if (isOAuth(before) && before.secret.clientSecret && tokenUrlOf(before.settings) !== tokenUrlOf(after.settings)) {
    return true;
  }
  // Here the client's secret goes to the token URL alone, and tokens of a wider credential are granted anew.
  return before.kind !== 'oauth2_authorization_code' && isWider(before, after);
};

const keepSecret = (before: Credential | undefined, after: Places): Credential['secret'] => {
  if (!before) throw credentialNotFound();
  if (!isOAuth(before)) return before.secret;
  return sameSettings(before, after) && !isWider(before, after)
    ? before.secret
    : { clientSecret: before.secret.clientSecret };
};

const openStored = <T>(open: () => T): T => {
  try {
    return open();
  } catch (cause) {
    throw new AppError('bad_request', {
      publicMessage: 'The stored secret cannot be read. Enter it again.',
      problems: [{ field: 'secret', message: 'secret_needed' }],
      cause,
    });
  }
};

const secretNeeded = (kind: Credential['kind']): AppError =>
  new AppError('bad_request', {
    publicMessage: 'The secret would go to a place that it was not entered for. Enter it again.',
    problems: [{ field: kind.startsWith('oauth2') ? 'secret.clientSecret' : 'secret', message: 'secret_needed' }],
  });

const changedMeanwhile = (): AppError =>
  new AppError('conflict', { publicMessage: 'The credential was changed meanwhile. Look at it again.' });
