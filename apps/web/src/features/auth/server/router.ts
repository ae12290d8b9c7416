import { enforceLimit } from '../../../server/rate-limit.ts';
import { publicProcedure, router } from '../../../server/trpc.ts';
import { signUpSchema } from '../password-rules.ts';
import { createAccount } from './create-account.ts';
import { hashPassword } from './verify-credentials.ts';

export const authRouter = router({
  signUp: publicProcedure.input(signUpSchema).mutation(async ({ ctx, input }) => {
    await enforceLimit('sign_up', ctx.ip);
    const { workspaceSlug } = await createAccount(ctx.prisma, {
      email: input.email,
      name: input.name,
      passwordHash: await hashPassword(input.password),
    });
    return { workspace: workspaceSlug };
  }),
});
