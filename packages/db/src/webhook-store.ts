import { randomBytes } from 'node:crypto';
import { AppError } from '@agentweaver/core/errors/app-error';
import { createWebhookSecret } from '@agentweaver/core/webhooks/signature';
import type { PrismaTransaction } from './client.ts';
import { decryptSecret, encryptSecret, type SecretScope } from './encryption.ts';
import type { Prisma, PrismaClient, Webhook } from './generated/client.ts';
import type { WebhookResponse } from './generated/enums.ts';
import type { TriggerActor } from './schedule-store.ts';
import { type ListTriggers, requireWorkflow, type TriggerPage, toTriggerPage } from './trigger-page.ts';
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

export type ListedWebhook = ShownWebhook & { workflow: { id: string; name: string } };

/** A fresh secret is shown once, when it is made. */
export type WebhookWithSecret = { webhook: ShownWebhook; secret: string | null };

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

const WITH_WORKFLOW = { workflow: { select: { id: true, name: true } } } as const;

/** Newest first, of one workflow or all. Throws `not_found` for another workspace's workflow. */
export const listWebhooks = async (
  prisma: PrismaClient,
  { workspaceId, workflowId, cursor, limit }: ListTriggers,
): Promise<TriggerPage<ListedWebhook>> => {
  await requireWorkflow(prisma, { workspaceId, workflowId });
  const rows = await prisma.webhook.findMany({
    where: { workspaceId, workflowId, id: { lt: cursor } },
    orderBy: { id: 'desc' },
    take: limit + 1,
    omit: SHOWN,
    include: WITH_WORKFLOW,
  });
  return toTriggerPage(rows, limit);
};

export const getWebhook = async (
  prisma: PrismaClient,
  { workspaceId, id }: { workspaceId: string; id: string },
): Promise<ListedWebhook> => {
  const found = await prisma.webhook.findFirst({ where: { id, workspaceId }, omit: SHOWN, include: WITH_WORKFLOW });
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
