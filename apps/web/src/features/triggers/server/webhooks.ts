import type { PrismaClient } from '@agentweaver/db/generated/client';
import type { ListTriggers } from '@agentweaver/db/trigger-page';
import { listDeliveries as readDeliveries } from '@agentweaver/db/webhook-delivery-store';
import { type ListedWebhook, listWebhooks as readWebhooks } from '@agentweaver/db/webhook-store';
import { hasRole, type WorkspaceRole } from '../../workspace/roles.ts';
import type { DeliveryView, WebhookView } from '../trigger-view.ts';
import { statusesOf } from './execution-statuses.ts';

export const webhookPath = (token: string): string => `/api/hooks/${token}`;

const viewOf = (webhook: ListedWebhook, role: WorkspaceRole): WebhookView => {
  const { id, name, workflow, token, signed, response, enabled, lastUsedAt, createdAt } = webhook;
  const path = hasRole(role, 'editor') ? webhookPath(token) : null;
  return { id, name, workflow, path, signed, response, enabled, lastUsedAt, createdAt };
};

export const listWebhooks = async (
  prisma: PrismaClient,
  { role, ...request }: ListTriggers & { role: WorkspaceRole },
): Promise<{ items: WebhookView[]; nextCursor: string | null }> => {
  const { items, nextCursor } = await readWebhooks(prisma, request);
  return { items: items.map((item) => viewOf(item, role)), nextCursor };
};

export const listDeliveries = async (
  prisma: PrismaClient,
  request: Parameters<typeof readDeliveries>[1],
): Promise<{ items: DeliveryView[]; nextCursor: string | null }> => {
  const { items, nextCursor } = await readDeliveries(prisma, request);
  const statuses = await statusesOf(
    prisma,
    request.workspaceId,
    items.map(({ executionId }) => executionId),
  );
  return {
    items: items.map(({ id, deliveryId, receivedAt, repeats, executionId, refusal, detail }) => ({
      id,
      messageId: deliveryId,
      receivedAt,
      repeats,
      execution: executionId ? { id: executionId, status: statuses.get(executionId) ?? null } : null,
      refusal: refusal ? { code: refusal, message: detail ?? '' } : null,
    })),
    nextCursor,
  };
};
