import type { PrismaClient, WebhookDelivery } from './generated/client.ts';
import { storableText } from './json.ts';
import { type TriggerPage, toTriggerPage } from './trigger-page.ts';
import { webhookNotFound } from './webhook-store.ts';

/**
 * How long calls are shown. A signed message can be repeated for ten minutes at most, until its time is too old; after
 * a week one that carries no time is only recognised by the execution that it started.
 */
const ACCEPTED_KEPT_MS = 7 * 86_400_000;
/** Anybody who knows an address can cause refusals. */
const REFUSED_KEPT_MS = 86_400_000;
const MAX_DETAIL_LENGTH = 500;
const MAX_DELIVERY_ID_LENGTH = 200;

type DeliveryKey = { webhookId: string; deliveryId: string };

/** The execution that this very message has started; `undefined` for a new one. Counts the repetition. */
export const findDelivery = async (prisma: PrismaClient, key: DeliveryKey): Promise<string | undefined> => {
  const [found] = await prisma.webhookDelivery.updateManyAndReturn({
    where: { ...key, executionId: { not: null } },
    data: { repeats: { increment: 1 } },
    select: { executionId: true },
  });
  return found?.executionId ?? undefined;
};

/** Outlives the execution, which may be deleted before the message is too old. */
export const noteDelivery = async (
  prisma: PrismaClient,
  delivery: { webhookId: string; deliveryId: string | undefined; executionId: string },
): Promise<void> => {
  await prisma.webhookDelivery.createMany({ data: [delivery], skipDuplicates: true });
};

/** Nothing was started. `refusal` is a code, `detail` what the caller was told. */
export const noteRefusal = async (
  prisma: PrismaClient,
  refused: { webhookId: string; deliveryId: string | undefined; refusal: string; detail: string },
): Promise<void> => {
  const { deliveryId, detail } = refused;
  await prisma.webhookDelivery.createMany({
    data: [
      {
        ...refused,
        deliveryId: deliveryId && storableText(deliveryId).slice(0, MAX_DELIVERY_ID_LENGTH),
        detail: storableText(detail).slice(0, MAX_DETAIL_LENGTH),
      },
    ],
  });
};

/** Newest first. Throws `not_found` for another workspace's webhook. */
export const listDeliveries = async (
  prisma: PrismaClient,
  { workspaceId, webhookId, cursor, limit }: { workspaceId: string; webhookId: string; cursor?: string; limit: number },
): Promise<TriggerPage<WebhookDelivery>> => {
  if ((await prisma.webhook.count({ where: { id: webhookId, workspaceId } })) === 0) throw webhookNotFound();
  const rows = await prisma.webhookDelivery.findMany({
    where: { webhookId, id: { lt: cursor } },
    orderBy: { id: 'desc' },
    take: limit + 1,
  });
  return toTriggerPage(rows, limit);
};

/** Removes what is not shown any more. */
export const sweepDeliveries = async (prisma: PrismaClient, now = new Date()): Promise<number> => {
  const before = (ms: number) => ({ lt: new Date(now.getTime() - ms) });
  const { count } = await prisma.webhookDelivery.deleteMany({
    where: {
      OR: [{ receivedAt: before(ACCEPTED_KEPT_MS) }, { receivedAt: before(REFUSED_KEPT_MS), executionId: null }],
    },
  });
  return count;
};
