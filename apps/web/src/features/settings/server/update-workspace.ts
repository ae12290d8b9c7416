import type { PrismaClient } from '@agentweaver/db/generated/client';
import { recordAudit } from '../../../server/audit.ts';
import type { Actor } from './members.ts';

export const updateWorkspace = (
  prisma: PrismaClient,
  { actor, name, allowedHosts }: { actor: Actor; name: string; allowedHosts: string[] },
): Promise<{ name: string; allowedHosts: string[] }> =>
  prisma.$transaction(async (transaction) => {
    const data = { name, allowedHosts: [...new Set(allowedHosts)] };
    await transaction.workspace.update({ where: { id: actor.workspaceId }, data });
    await recordAudit(transaction, {
      ...actor,
      action: 'workspace.updated',
      targetType: 'workspace',
      targetId: actor.workspaceId,
      data,
    });
    return data;
  });
