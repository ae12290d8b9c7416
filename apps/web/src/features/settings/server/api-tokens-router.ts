import { z } from 'zod';
import { editorProcedure, router, viewerProcedure } from '../../../server/trpc.ts';
import { TOKEN_LIFETIMES } from '../token-lifetimes.ts';
import { createApiToken, listApiTokens, revokeApiToken } from './api-tokens.ts';

export const apiTokensRouter = router({
  list: viewerProcedure.query(({ ctx }) => listApiTokens(ctx.prisma, { actor: ctx.actor, role: ctx.role })),

  create: editorProcedure
    .input(z.object({ name: z.string().trim().min(1).max(60), lifetime: z.enum(TOKEN_LIFETIMES) }))
    .mutation(({ ctx, input }) =>
      createApiToken(ctx.prisma, { actor: ctx.actor, name: input.name, lifetime: input.lifetime }),
    ),

  revoke: viewerProcedure
    .input(z.object({ id: z.uuid() }))
    .mutation(({ ctx, input }) => revokeApiToken(ctx.prisma, { actor: ctx.actor, role: ctx.role, id: input.id })),
});
