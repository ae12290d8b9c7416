import { AppError } from '@agentweaver/core/errors/app-error';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import { recordAudit } from '../../../server/audit.ts';
import type { KeyLimits } from '../key-limits.ts';
import type { Actor } from './members.ts';

/** Executions that begin from now on keep to them. Throws `not_found`. */
export const limitProviderKey = (
  prisma: PrismaClient,
  { actor, id, limits }: { actor: Actor; id: string; limits: KeyLimits },
): Promise<void> =>
  prisma.$transaction(async (transaction) => {
    const { count } = await transaction.providerKey.updateMany({
      where: { id, workspaceId: actor.workspaceId },
      data: limits,
    });
    if (count === 0) throw new AppError('not_found', { publicMessage: 'There is no such key.' });
    await recordAudit(transaction, {
      ...actor,
      action: 'provider_key.limited',
      targetType: 'provider_key',
      targetId: id,
      data: limits,
    });
  });
