import { z } from 'zod';
import { ownerProcedure, router, viewerProcedure } from '../../../server/trpc.ts';
import { isHostPattern, MAX_ALLOWED_HOSTS } from '../host-pattern.ts';
import { apiTokensRouter } from './api-tokens-router.ts';
import { membersRouter } from './members-router.ts';
import { modelPricesRouter } from './model-prices-router.ts';
import { providerKeysRouter } from './provider-keys-router.ts';
import { readSystemStatus } from './read-system-status.ts';
import { updateWorkspace } from './update-workspace.ts';

const hostPattern = z.string().trim().toLowerCase().refine(isHostPattern, 'is not a host name');

export const settingsRouter = router({
  workspace: router({
    get: viewerProcedure.query(({ ctx }) => {
      const { name, allowedHosts, maxMemoryMb, maxConcurrency, maxExecutionsPerDay } = ctx.workspace;
      return { name, allowedHosts, maxMemoryMb, maxConcurrency, maxExecutionsPerDay };
    }),
    update: ownerProcedure
      .input(
        z.object({
          name: z.string().trim().min(1).max(60),
          allowedHosts: z.array(hostPattern).max(MAX_ALLOWED_HOSTS),
        }),
      )
      .mutation(({ ctx, input }) =>
        updateWorkspace(ctx.prisma, { actor: ctx.actor, name: input.name, allowedHosts: input.allowedHosts }),
      ),
  }),
  members: membersRouter,
  apiTokens: apiTokensRouter,
  providerKeys: providerKeysRouter,
  modelPrices: modelPricesRouter,
  systemStatus: viewerProcedure.query(({ ctx }) => readSystemStatus(ctx.prisma, ctx.actor.workspaceId)),
});
