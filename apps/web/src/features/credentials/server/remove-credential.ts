import type { PrismaClient } from '@agentweaver/db/generated/client';
import { recordAudit } from '../../../server/audit.ts';
import type { Actor } from '../../settings/server/members.ts';
import { credentialNotFound } from './credential-rows.ts';

export const removeCredential = (prisma: PrismaClient, { actor, id }: { actor: Actor; id: string }): Promise<void> =>
  prisma.$transaction(async (tx) => {
    const credential = await tx.credential.findFirst({
      where: { id, workspaceId: actor.workspaceId },
      select: { name: true, kind: true },
    });
    if (!credential) throw credentialNotFound();
    await tx.credential.delete({ where: { id } });
    await recordAudit(tx, {
      ...actor,
      action: 'credential.removed',
      targetType: 'credential',
      targetId: id,
      data: credential,
    });
  });
