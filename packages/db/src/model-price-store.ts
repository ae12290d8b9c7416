import { AppError } from '@agentweaver/core/errors/app-error';
import type { PriceOverrides, Rate } from '@agentweaver/core/models/prices';
import type { PrismaTransaction } from './client.ts';

/** More is a mistake in the prices rather than a use of them. */
const MAX_PRICES = 200;

/** What a workspace pays for models instead of the list price, by `provider/model`. */
export const readModelPrices = async (prisma: PrismaTransaction, workspaceId: string): Promise<PriceOverrides> => {
  const rows = await prisma.modelPrice.findMany({ where: { workspaceId }, orderBy: { model: 'asc' } });
  return new Map(
    rows.map(({ model, input, cachedInput, output }) => [
      model,
      { input: input.toNumber(), cachedInput: cachedInput.toNumber(), output: output.toNumber() },
    ]),
  );
};

/** Sets the price of one model, or changes it. Throws `plan_limit` for too many. */
export const saveModelPrice = async (
  prisma: PrismaTransaction,
  { workspaceId, model, rate }: { workspaceId: string; model: string; rate: Rate },
): Promise<void> => {
  const where = { workspaceId_model: { workspaceId, model } };
  const others = await prisma.modelPrice.count({ where: { workspaceId, NOT: { model } } });
  if (others >= MAX_PRICES) {
    throw new AppError('plan_limit', { publicMessage: `A workspace can set ${MAX_PRICES} prices.` });
  }
  await prisma.modelPrice.upsert({ where, create: { workspaceId, model, ...rate }, update: rate });
};

/** The list price counts again. */
export const removeModelPrice = async (
  prisma: PrismaTransaction,
  { workspaceId, model }: { workspaceId: string; model: string },
): Promise<void> => {
  const { count } = await prisma.modelPrice.deleteMany({ where: { workspaceId, model } });
  if (count === 0)
    throw new AppError('not_found', { publicMessage: 'This workspace has no price of its own for this model.' });
};
