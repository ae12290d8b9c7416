import type { Prisma } from '@agentweaver/db/generated/client';

/** Who changed what; the target is named by id so that the line outlives it. */
export type AuditEntry = {
  workspaceId: string;
  userId: string;
  /** `member.role_changed`, `api_token.revoked`, … */
  action: string;
  targetType: string;
  targetId: string;
  /** Never a secret. */
  data?: Prisma.InputJsonObject;
};

/** Inside the transaction of the change itself, so that neither is there without the other. */
export const recordAudit = async (transaction: Prisma.TransactionClient, entry: AuditEntry): Promise<void> => {
  await transaction.auditLog.create({ data: entry });
};
