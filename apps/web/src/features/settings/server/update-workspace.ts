import type { PrismaClient } from '@agentweaver/db/generated/client';
import { recordAudit } from '../../../server/audit.ts';
import type { Actor } from './members.ts';

export type WorkspaceSettings = {
  name: string;
  allowedHosts: string[];
  /** US dollars that models may cost in one UTC day; `null` is no limit. */
  maxCostPerDayUsd: number | null;
};

export const updateWorkspace = (
  prisma: PrismaClient,
  { actor, name, allowedHosts, maxCostPerDayUsd }: { actor: Actor } & WorkspaceSettings,
): Promise<WorkspaceSettings> =>
  prisma.$transaction(async (transaction) => {
    const data = { name, allowedHosts: [...new Set(allowedHosts)], maxCostPerDayUsd };
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
