import { z } from 'zod';
import { enforceLimit } from '../../../server/rate-limit.ts';
import { router, userProcedure } from '../../../server/trpc.ts';
import { acceptInvitation } from './accept-invitation.ts';
import { createWorkspace } from './create-workspace.ts';

export const workspaceRouter = router({
  create: userProcedure.input(z.object({ name: z.string().trim().min(1).max(60) })).mutation(async ({ ctx, input }) => {
    await enforceLimit('create_workspace', ctx.user.id);
    const { slug } = await createWorkspace(ctx.prisma, { userId: ctx.user.id, name: input.name });
    return { slug };
  }),

  acceptInvitation: userProcedure
    .input(z.object({ token: z.string().min(20).max(100) }))
    .mutation(({ ctx, input }) => acceptInvitation(ctx.prisma, { token: input.token, user: ctx.user })),
});
