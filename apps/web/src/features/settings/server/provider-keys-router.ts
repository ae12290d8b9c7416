import { z } from 'zod';
import { enforceLimit } from '../../../server/rate-limit.ts';
import { ownerProcedure, router, viewerProcedure } from '../../../server/trpc.ts';
import { MAX_CALLS_PER_MINUTE, MAX_CONCURRENT_CALLS } from '../key-limits.ts';
import { PROVIDERS } from '../provider-names.ts';
import { limitProviderKey } from './limit-provider-key.ts';
import { addProviderKey, listProviderKeys, removeProviderKey, retestProviderKey } from './provider-keys.ts';

const newKeySchema = z
  .object({
    provider: z.enum(PROVIDERS),
    label: z.string().trim().max(60),
    /** No white space at the ends: keys are pasted. */
    apiKey: z.string().trim().max(1_000),
    baseUrl: z.string().trim().max(500).default(''),
    models: z.array(z.string().trim().min(1).max(200)).max(100).default([]),
  })
  .refine((key) => key.provider === 'openai_compatible' || key.apiKey.length >= 8, {
    path: ['apiKey'],
    error: 'is missing',
  })
  .refine((key) => key.provider !== 'openai_compatible' || /^https?:\/\/[^@]+$/.test(key.baseUrl), {
    path: ['baseUrl'],
    error: 'must be an http or https address without a name and password',
  })
  .transform((key) => (key.provider === 'openai_compatible' ? key : { ...key, baseUrl: null, models: [] }));

const limitsSchema = z.object({
  maxConcurrentCalls: z.int().min(1).max(MAX_CONCURRENT_CALLS).nullable(),
  maxCallsPerMinute: z.int().min(1).max(MAX_CALLS_PER_MINUTE).nullable(),
});

export const providerKeysRouter = router({
  list: viewerProcedure.query(({ ctx }) => listProviderKeys(ctx.prisma, ctx.actor)),

  add: ownerProcedure.input(newKeySchema).mutation(async ({ ctx, input: { workspace: _, ...key } }) => {
    await enforceLimit('provider_key_test', ctx.actor.workspaceId);
    return addProviderKey(ctx.prisma, { actor: ctx.actor, key });
  }),

  test: ownerProcedure.input(z.object({ id: z.uuid() })).mutation(async ({ ctx, input }) => {
    await enforceLimit('provider_key_test', ctx.actor.workspaceId);
    return retestProviderKey(ctx.prisma, { actor: ctx.actor, id: input.id });
  }),

  limit: ownerProcedure
    .input(z.object({ id: z.uuid(), ...limitsSchema.shape }))
    .mutation(({ ctx, input: { workspace: _, id, ...limits } }) =>
      limitProviderKey(ctx.prisma, { actor: ctx.actor, id, limits }),
    ),

  remove: ownerProcedure
    .input(z.object({ id: z.uuid() }))
    .mutation(({ ctx, input }) => removeProviderKey(ctx.prisma, { actor: ctx.actor, id: input.id })),
});
