import { randomUUID } from 'node:crypto';
import {
  CREDENTIAL_SHAPES,
  type CredentialKind,
  type CredentialSecret,
  type CredentialSettings,
} from '@agentweaver/core/credentials/credential';
import { sealSecret } from '@agentweaver/db/credential-store';
import type { Prisma, PrismaClient } from '@agentweaver/db/generated/client';

export type TestCredential<Kind extends CredentialKind> = {
  name?: string;
  kind: Kind;
  settings: Partial<CredentialSettings<Kind>>;
  secret: CredentialSecret<Kind>;
  allowedHosts?: string[];
  expiresAt?: Date;
};

/** A stored credential, as the settings page writes it; gives its name. */
export const addCredential = async <Kind extends CredentialKind>(
  prisma: PrismaClient,
  scope: { masterKey: string; workspaceId: string },
  { name = `c-${randomUUID()}`, kind, settings, secret, allowedHosts = ['127.0.0.1'], expiresAt }: TestCredential<Kind>,
): Promise<string> => {
  await prisma.credential.create({
    data: {
      workspaceId: scope.workspaceId,
      name,
      kind,
      settings: CREDENTIAL_SHAPES[kind].settings.parse(settings) as Prisma.InputJsonObject,
      allowedHosts,
      expiresAt,
      ...sealSecret(scope, kind, secret),
    },
  });
  return name;
};
