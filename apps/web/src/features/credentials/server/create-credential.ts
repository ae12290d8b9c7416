import { AppError } from '@agentweaver/core/errors/app-error';
import { sealSecret } from '@agentweaver/db/credential-store';
import { Prisma, type PrismaClient } from '@agentweaver/db/generated/client';
import { recordAudit } from '../../../server/audit.ts';
import type { Actor } from '../../settings/server/members.ts';
import { type NewCredential, parseCredentialForm } from '../credential-input.ts';
import { credentialScope, settingsWithAddress } from './credential-rows.ts';

const nameTaken = (cause: unknown): AppError =>
  new AppError('conflict', {
    publicMessage: 'This workspace already has a credential with that name.',
    problems: [{ field: 'name', message: 'name_taken' }],
    cause,
  });

/** Throws `bad_request` with the field, and `conflict` for a name that is taken. */
export const createCredential = async (
  prisma: PrismaClient,
  { actor, credential }: { actor: Actor; credential: NewCredential },
): Promise<{ id: string }> => {
  const { name, kind } = credential;
  const { settings, secret, allowedHosts } = parseCredentialForm(kind, credential);
  try {
    return await prisma.$transaction(async (tx) => {
      const created = await tx.credential.create({
        data: {
          workspaceId: actor.workspaceId,
          name,
          kind,
          settings: settingsWithAddress(kind, settings, secret) as Prisma.InputJsonObject,
          allowedHosts,
          createdById: actor.userId,
          ...sealSecret(credentialScope(actor.workspaceId), kind, secret),
        },
        select: { id: true },
      });
      await recordAudit(tx, {
        ...actor,
        action: 'credential.created',
        targetType: 'credential',
        targetId: created.id,
        data: { name, kind },
      });
      return created;
    });
  } catch (error) {
    if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002') throw nameTaken(error);
    throw error;
  }
};
