import { listDeliveries } from '@agentweaver/db/webhook-delivery-store';
import {
  createWebhook,
  getWebhook,
  listWebhooks,
  removeWebhook,
  rotateWebhookSecret,
  type ShownWebhook,
  updateWebhook,
} from '@agentweaver/db/webhook-store';
import { z } from 'zod';
import { getEnv } from '../../../server/env.ts';
import { webhookPath } from '../../triggers/server/webhooks.ts';
import { hasRole } from '../../workspace/roles.ts';
import { decodeCursor } from './cursor.ts';
import { type Caller, defineOperation } from './operation.ts';
import { idParams, noBody, noHeaders, noParams, noQuery, page, pageQuery } from './schemas.ts';
import { cursorAfter } from './trigger-cursor.ts';
import {
  createWebhookBody,
  deliverySchema,
  triggerQuery,
  updateWebhookBody,
  webhookSchema,
  webhookWithSecretSchema,
} from './trigger-schemas.ts';

const view = (row: ShownWebhook, { role }: Caller): z.input<typeof webhookSchema> => ({
  id: row.id,
  workflow_id: row.workflowId,
  name: row.name,
  signed: row.signed,
  response: row.response,
  enabled: row.enabled,
  url: hasRole(role, 'editor') ? `${getEnv().publicUrl}${webhookPath(row.token)}` : null,
  last_used_at: row.lastUsedAt?.toISOString() ?? null,
  created_at: row.createdAt.toISOString(),
});

const actorOf = ({ workspaceId, userId }: Caller) => ({ workspaceId, userId });
const keys = () => ({ masterKey: getEnv().AGENTWEAVER_MASTER_KEY });

export const listWebhooksOperation = defineOperation({
  method: 'GET',
  path: '/webhooks',
  operationId: 'listWebhooks',
  summary: 'List webhooks, newest first',
  role: 'viewer',
  params: noParams,
  query: triggerQuery,
  headers: noHeaders,
  body: noBody,
  response: { status: 200, description: 'One page.', schema: page(webhookSchema) },
  errors: ['bad_request', 'not_found'],
  handle: async ({ services, caller, query }) => {
    const { items, nextCursor } = await listWebhooks(services.prisma, {
      workspaceId: caller.workspaceId,
      workflowId: query.workflow_id,
      cursor: decodeCursor(query.cursor)?.id,
      limit: query.limit,
    });
    return { body: { items: items.map((row) => view(row, caller)), next_cursor: cursorAfter(items, nextCursor) } };
  },
});

export const createWebhookOperation = defineOperation({
  method: 'POST',
  path: '/webhooks',
  operationId: 'createWebhook',
  summary: 'Make an address that runs a workflow',
  description:
    'Post to its `url` to run the published version, or the draft of a workflow never published. The body is the input.',
  role: 'editor',
  params: noParams,
  query: noQuery,
  headers: noHeaders,
  body: createWebhookBody,
  response: { status: 201, description: 'The webhook with its secret.', schema: webhookWithSecretSchema },
  errors: ['not_found', 'conflict'],
  handle: async ({ services, caller, body: { workflow_id: workflowId, ...values } }) => {
    const request = { actor: actorOf(caller), workflowId, values, ...keys() };
    const { webhook, secret } = await createWebhook(services.prisma, request);
    return {
      body: { ...view(webhook, caller), secret },
      headers: { Location: `/api/v1/webhooks/${webhook.id}` },
    };
  },
});

export const getWebhookOperation = defineOperation({
  method: 'GET',
  path: '/webhooks/{id}',
  operationId: 'getWebhook',
  summary: 'One webhook, without its secret',
  role: 'viewer',
  params: idParams,
  query: noQuery,
  headers: noHeaders,
  body: noBody,
  response: { status: 200, description: 'The webhook.', schema: webhookSchema },
  errors: ['not_found'],
  handle: async ({ services, caller, params }) => ({
    body: view(await getWebhook(services.prisma, { workspaceId: caller.workspaceId, id: params.id }), caller),
  }),
});

export const updateWebhookOperation = defineOperation({
  method: 'PATCH',
  path: '/webhooks/{id}',
  operationId: 'updateWebhook',
  summary: 'Change a webhook, or switch it off or on',
  description: 'Fields that are left out stay. Turning `signed` on makes a new secret.',
  role: 'editor',
  params: idParams,
  query: noQuery,
  headers: noHeaders,
  body: updateWebhookBody,
  response: { status: 200, description: 'The webhook as it is now.', schema: webhookWithSecretSchema },
  errors: ['not_found'],
  handle: async ({ services, caller, params, body }) => {
    const request = { actor: actorOf(caller), id: params.id, change: body, ...keys() };
    const { webhook, secret } = await updateWebhook(services.prisma, request);
    return { body: { ...view(webhook, caller), secret } };
  },
});

export const rotateWebhookSecretOperation = defineOperation({
  method: 'POST',
  path: '/webhooks/{id}/rotate-secret',
  operationId: 'rotateWebhookSecret',
  summary: 'Make a new secret',
  description: 'From now on only calls that are signed with the new one are taken.',
  role: 'editor',
  params: idParams,
  query: noQuery,
  headers: noHeaders,
  body: noBody,
  response: { status: 200, description: 'The webhook with its new secret.', schema: webhookWithSecretSchema },
  errors: ['not_found'],
  handle: async ({ services, caller, params }) => {
    const request = { actor: actorOf(caller), id: params.id, ...keys() };
    const { webhook, secret } = await rotateWebhookSecret(services.prisma, request);
    return { body: { ...view(webhook, caller), secret } };
  },
});

export const deleteWebhookOperation = defineOperation({
  method: 'DELETE',
  path: '/webhooks/{id}',
  operationId: 'deleteWebhook',
  summary: 'Delete a webhook',
  description: 'Its address is never used again. What it has started stays.',
  role: 'editor',
  params: idParams,
  query: noQuery,
  headers: noHeaders,
  body: noBody,
  response: { status: 204, description: 'It is gone.', schema: z.undefined() },
  errors: ['not_found'],
  handle: async ({ services, caller, params }) => {
    await removeWebhook(services.prisma, { actor: actorOf(caller), id: params.id });
    return { body: undefined };
  },
});

export const listDeliveriesOperation = defineOperation({
  method: 'GET',
  path: '/webhooks/{id}/deliveries',
  operationId: 'listWebhookDeliveries',
  summary: 'The last calls of a webhook, newest first',
  description: 'What they started, or why they were refused. Kept for a week, refused ones for a day.',
  role: 'viewer',
  params: idParams,
  query: pageQuery,
  headers: noHeaders,
  body: noBody,
  response: { status: 200, description: 'One page.', schema: page(deliverySchema) },
  errors: ['bad_request', 'not_found'],
  handle: async ({ services, caller, params, query }) => {
    const { items, nextCursor } = await listDeliveries(services.prisma, {
      workspaceId: caller.workspaceId,
      webhookId: params.id,
      cursor: decodeCursor(query.cursor)?.id,
      limit: query.limit,
    });
    return {
      body: {
        items: items.map((row) => ({
          id: row.id,
          message_id: row.deliveryId,
          execution_id: row.executionId,
          refusal: row.refusal,
          detail: row.detail,
          repeats: row.repeats,
          received_at: row.receivedAt.toISOString(),
        })),
        next_cursor: cursorAfter(items, nextCursor),
      },
    };
  },
});
