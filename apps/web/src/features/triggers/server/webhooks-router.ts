import {
  createWebhook,
  removeWebhook,
  rotateWebhookSecret,
  updateWebhook,
  type WebhookWithSecret,
} from '@agentweaver/db/webhook-store';
import { z } from 'zod';
import { getEnv } from '../../../server/env.ts';
import { editorProcedure, router, viewerProcedure } from '../../../server/trpc.ts';
import { byId, triggerPage, webhookInput } from './trigger-input.ts';
import { listDeliveries, listWebhooks, webhookPath } from './webhooks.ts';

const keys = () => ({ masterKey: getEnv().AGENTWEAVER_MASTER_KEY });

/** The secret is in this answer and in no other. */
const shown = ({ webhook, secret }: WebhookWithSecret) => ({
  id: webhook.id,
  name: webhook.name,
  path: webhookPath(webhook.token),
  secret,
});

export const webhooksRouter = router({
  /** Newest first; of one workflow, or all. Never a secret. */
  list: viewerProcedure.input(triggerPage).query(({ ctx, input }) => {
    const { workflowId, cursor, limit } = input;
    return listWebhooks(ctx.prisma, {
      workspaceId: ctx.workspace.id,
      role: ctx.role,
      workflowId,
      cursor: cursor ?? undefined,
      limit,
    });
  }),

  create: editorProcedure
    .input(z.object({ workflowId: z.uuid(), values: webhookInput }))
    .mutation(async ({ ctx, input }) =>
      shown(await createWebhook(ctx.prisma, { actor: ctx.actor, ...input, ...keys() })),
    ),

  /** With a secret when signing was turned on. */
  update: editorProcedure
    .input(byId.extend({ change: webhookInput.partial() }))
    .mutation(async ({ ctx, input }) =>
      shown(await updateWebhook(ctx.prisma, { actor: ctx.actor, ...input, ...keys() })),
    ),

  rotateSecret: editorProcedure
    .input(byId)
    .mutation(async ({ ctx, input }) =>
      shown(await rotateWebhookSecret(ctx.prisma, { actor: ctx.actor, id: input.id, ...keys() })),
    ),

  remove: editorProcedure
    .input(byId)
    .mutation(({ ctx, input }) => removeWebhook(ctx.prisma, { actor: ctx.actor, id: input.id })),

  /** Its last calls, newest first: what they started, or why not. */
  deliveries: viewerProcedure
    .input(byId.extend({ cursor: z.uuid().nullish(), limit: z.int().min(1).max(100).default(20) }))
    .query(({ ctx, input: { id, cursor, limit } }) =>
      listDeliveries(ctx.prisma, {
        workspaceId: ctx.workspace.id,
        webhookId: id,
        cursor: cursor ?? undefined,
        limit,
      }),
    ),
});
