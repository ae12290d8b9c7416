import { priceOf } from '@agentweaver/core/models/prices';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import { readModelPrices, removeModelPrice, saveModelPrice } from '@agentweaver/db/model-price-store';
import { recordAudit } from '../../../server/audit.ts';
import type { Actor } from './members.ts';

/** US dollars for a million tokens. */
export type ModelRate = { input: number; cachedInput: number; output: number };
export type ModelPriceRow = ModelRate & {
  /** `provider/model`. */
  model: string;
  /** What counts without this price; `null` when no list has the model. */
  list: ModelRate | null;
};

export const listModelPrices = async (prisma: PrismaClient, { workspaceId }: Actor): Promise<ModelPriceRow[]> => {
  const prices = await readModelPrices(prisma, workspaceId);
  return [...prices].map(([model, rate]) => {
    const list = priceOf(model);
    return {
      model,
      ...rate,
      list: list ? { input: list.input, cachedInput: list.cachedInput, output: list.output } : null,
    };
  });
};

export const setModelPrice = (
  prisma: PrismaClient,
  { actor, model, rate }: { actor: Actor; model: string; rate: ModelRate },
): Promise<void> =>
  prisma.$transaction(async (transaction) => {
    await saveModelPrice(transaction, { workspaceId: actor.workspaceId, model, rate });
    await recordAudit(transaction, {
      ...actor,
      action: 'model_price.set',
      targetType: 'model_price',
      targetId: model,
      data: rate,
    });
  });

export const dropModelPrice = (
  prisma: PrismaClient,
  { actor, model }: { actor: Actor; model: string },
): Promise<void> =>
  prisma.$transaction(async (transaction) => {
    await removeModelPrice(transaction, { workspaceId: actor.workspaceId, model });
    await recordAudit(transaction, {
      ...actor,
      action: 'model_price.removed',
      targetType: 'model_price',
      targetId: model,
    });
  });
