import { randomBytes } from 'node:crypto';
import { AppError } from '@agentweaver/core/errors/app-error';
import { createWebhookSecret, SIGNATURE_TOLERANCE_MS } from '@agentweaver/core/webhooks/signature';
import type { PrismaTransaction } from './client.ts';
import { decryptSecret, encryptSecret, type SecretScope } from './encryption.ts';
import type { Prisma, PrismaClient, Webhook } from './generated/client.ts';
import type { WebhookResponse } from './generated/enums.ts';
import type { TriggerActor } from './schedule-store.ts';
import { tooManyTriggers } from './trigger-workflow.ts';
import { TUNABLES } from './tunables.ts';
import { workflowNotFound } from './workflow-store.ts';

export type WebhookValues = {
  name: string;
  /** Callers must sign; otherwise whoever knows the address can start the workflow. */
  signed: boolean;
  response: WebhookResponse;
  enabled: boolean;
};

/** Everything but the secret. */
export type ShownWebhook = Omit<Webhook, 'ciphertext' | 'keyVersion'>;

/** A fresh secret is shown once, when it is made. */
export type WebhookWithSecret = { webhook: ShownWebhook; secret: string | null };

/**
 * How long a signed call can be repeated before its time is too old: one that came at the earliest moment, until the
 * latest. After that a repetition is only recognised by the execution that it started.
 */
const DELIVERY_KEPT_MS = 2 * SIGNATURE_TOLERANCE_MS;

const SHOWN = { ciphertext: true, keyVersion: true } as const satisfies Prisma.WebhookOmit;

export const webhookNotFound = (): AppError =>
  new AppError('not_found', { publicMessage: 'There is no such webhook.' });

type Keys = { masterKey: string };

const scopeOf = ({ masterKey }: Keys, workspaceId: string): SecretScope => ({
  masterKey,
  workspaceId,
  purpose: 'webhook',
});

/** Throws an `Error` without details when it was sealed with another master key. */
export const openWebhookSecret = (
  keys: Keys,
  webhook: Pick<Webhook, 'workspaceId' | 'ciphertext' | 'keyVersion'>,
): string => decryptSecret(scopeOf(keys, webhook.workspaceId), webhook);

/** Of one workflow, oldest first. Throws `not_found` for another workspace's. */
export const listWebhooks = async (
  prisma: PrismaClient,
  { workspaceId, workflowId }: { workspaceId: string; workflowId: string },
): Promise<ShownWebhook[]> => {
  const found = await prisma.workflow.findFirst({
    where: { id: workflowId, workspaceId },
    select: { webhooks: { orderBy: { id: 'asc' }, omit: SHOWN } },
  });
  if (!found) throw workflowNotFound();
  return found.webhooks;
};

export const getWebhook = async (
  prisma: PrismaClient,
  { workspaceId, id }: { workspaceId: string; id: string },
): Promise<ShownWebhook> => {
  const found = await prisma.webhook.findFirst({ where: { id, workspaceId }, omit: SHOWN });
  if (!found) throw webhookNotFound();
  return found;
};

/** Throws `not_found`, and `conflict` when the workflow has too many. */
export const createWebhook = (
  prisma: PrismaClient,
  { actor, workflowId, values, masterKey }: { actor: TriggerActor; workflowId: string; values: WebhookValues } & Keys,
): Promise<WebhookWithSecret> =>
  prisma.$transaction(async (tx) => {
    const { workspaceId, userId } = actor;
    const limit = TUNABLES.maxTriggersPerWorkflow;
    if ((await tx.workflow.count({ where: { id: workflowId, workspaceId } })) === 0) throw workflowNotFound();
    if ((await tx.webhook.count({ where: { workflowId } })) >= limit) throw tooManyTriggers(limit);
    const secret = createWebhookSecret();
    const webhook = await tx.webhook.create({
      data: {
        ...values,
        workspaceId,
        workflowId,
        token: randomBytes(24).toString('base64url'),
        ...encryptSecret(scopeOf({ masterKey }, workspaceId), secret),
        createdById: userId,
      },
      omit: SHOWN,
    });
    await audit(tx, actor, 'webhook.created', webhook);
    return { webhook, secret: webhook.signed ? secret : null };
  });

/** When signing is turned on there is a new secret: nobody has seen the one before. */
export const updateWebhook = (
  prisma: PrismaClient,
  { actor, id, change, masterKey }: { actor: TriggerActor; id: string; change: Partial<WebhookValues> } & Keys,
): Promise<WebhookWithSecret> =>
  prisma.$transaction(async (tx) => {
    const before = await lock(tx, { id, workspaceId: actor.workspaceId });
    const secret = change.signed && !before.signed ? createWebhookSecret() : null;
    const sealed = secret === null ? {} : encryptSecret(scopeOf({ masterKey }, actor.workspaceId), secret);
    const webhook = await tx.webhook.update({ where: { id }, data: { ...change, ...sealed }, omit: SHOWN });
    await audit(tx, actor, 'webhook.updated', webhook);
    return { webhook, secret };
  });

/** From now on only calls that are signed with the new secret are taken. */
export const rotateWebhookSecret = (
  prisma: PrismaClient,
  { actor, id, masterKey }: { actor: TriggerActor; id: string } & Keys,
): Promise<{ webhook: ShownWebhook; secret: string }> =>
  prisma.$transaction(async (tx) => {
    await lock(tx, { id, workspaceId: actor.workspaceId });
    const secret = createWebhookSecret();
    const data = encryptSecret(scopeOf({ masterKey }, actor.workspaceId), secret);
    const webhook = await tx.webhook.update({ where: { id }, data, omit: SHOWN });
    await audit(tx, actor, 'webhook.secret_rotated', webhook);
    return { webhook, secret };
  });

export const removeWebhook = (
  prisma: PrismaClient,
  { actor, id }: { actor: TriggerActor; id: string },
): Promise<void> =>
  prisma.$transaction(async (tx) => {
    const webhook = await lock(tx, { id, workspaceId: actor.workspaceId });
    await tx.webhook.delete({ where: { id } });
    await audit(tx, actor, 'webhook.removed', webhook);
  });

const lock = async (
  tx: PrismaTransaction,
  { id, workspaceId }: { id: string; workspaceId: string },
): Promise<ShownWebhook> => {
  await tx.$queryRaw`SELECT 1 FROM webhooks WHERE id = ${id}::uuid AND workspace_id = ${workspaceId}::uuid FOR UPDATE`;
  const found = await tx.webhook.findFirst({ where: { id, workspaceId }, omit: SHOWN });
  if (!found) throw webhookNotFound();
  return found;
};

const audit = async (
  tx: PrismaTransaction,
  actor: TriggerActor,
  action: string,
  { id, name, workflowId, signed, response, enabled }: ShownWebhook,
): Promise<void> => {
  await tx.auditLog.create({
    data: {
      ...actor,
      action,
      targetType: 'webhook',
      targetId: id,
      data: { name, workflowId, signed, response, enabled },
    },
  });
};

type DeliveryKey = { webhookId: string; deliveryId: string };

/** The execution that this very message has started; `undefined` for a new one. */
export const findDelivery = async (prisma: PrismaClient, key: DeliveryKey): Promise<string | undefined> => {
  const found = await prisma.webhookDelivery.findUnique({ where: { webhookId_deliveryId: key } });
  return found?.executionId ?? undefined;
};

/** Outlives the execution, which may be deleted before the message is too old. */
export const noteDelivery = async (
  prisma: PrismaClient,
  { executionId, ...key }: DeliveryKey & { executionId: string },
): Promise<void> => {
  await prisma.webhookDelivery.createMany({ data: [{ ...key, executionId }], skipDuplicates: true });
};

/** Removes what no repetition can be as old as. */
export const sweepDeliveries = async (prisma: PrismaClient, now = new Date()): Promise<number> => {
  const before = new Date(now.getTime() - DELIVERY_KEPT_MS);
  const { count } = await prisma.webhookDelivery.deleteMany({ where: { receivedAt: { lt: before } } });
  return count;
};
