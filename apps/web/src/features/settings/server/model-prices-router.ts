import { modelIdSchema } from '@agentweaver/core/models/model-call';
import { z } from 'zod';
import { ownerProcedure, router, viewerProcedure } from '../../../server/trpc.ts';
import { isPricedModel } from '../priced-model.ts';
import { dropModelPrice, listModelPrices, setModelPrice } from './model-prices.ts';

const model = modelIdSchema.trim().refine(isPricedModel, 'is not a model such as openai_compatible/llama3.1');
const dollars = z.number().min(0).max(100_000);

export const modelPricesRouter = router({
  list: viewerProcedure.query(({ ctx }) => listModelPrices(ctx.prisma, ctx.actor)),

  set: ownerProcedure
    .input(z.object({ model, input: dollars, cachedInput: dollars, output: dollars }))
    .mutation(({ ctx, input: { model: id, input, cachedInput, output } }) =>
      setModelPrice(ctx.prisma, { actor: ctx.actor, model: id, rate: { input, cachedInput, output } }),
    ),

  remove: ownerProcedure
    .input(z.object({ model }))
    .mutation(({ ctx, input }) => dropModelPrice(ctx.prisma, { actor: ctx.actor, model: input.model })),
});
