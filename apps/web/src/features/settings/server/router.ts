import { z } from 'zod';
import { ownerProcedure, router, viewerProcedure } from '../../../server/trpc.ts';
import { isHostPattern, MAX_ALLOWED_HOSTS } from '../host-pattern.ts';
import { apiTokensRouter } from './api-tokens-router.ts';
import { membersRouter } from './members-router.ts';
import { modelPricesRouter } from './model-prices-router.ts';
import { providerKeysRouter } from './provider-keys-router.ts';
import { readSystemStatus } from './read-system-status.ts';
import { readWorkspace } from './read-workspace.ts';
import { updateWorkspace } from './update-workspace.ts';

/** US dollars; what the column holds. */
const MAX_COST_PER_DAY = 100_000;

const hostPattern = z.string().trim().toLowerCase().refine(isHostPattern, 'is not a host name');

export const settingsRouter = router({
  workspace: router({
    get: viewerProcedure.query(({ ctx }) => readWorkspace(ctx.prisma, ctx.workspace)),
    update: ownerProcedure
      .input(
        z.object({
          name: z.string().trim().min(1).max(60),
          allowedHosts: z.array(hostPattern).max(MAX_ALLOWED_HOSTS),
          maxCostPerDayUsd: z.number().min(0).max(MAX_COST_PER_DAY).nullable(),
        }),
      )
      .mutation(({ ctx, input: { name, allowedHosts, maxCostPerDayUsd } }) =>
        updateWorkspace(ctx.prisma, { actor: ctx.actor, name, allowedHosts, maxCostPerDayUsd }),
      ),
  }),
  members: membersRouter,
  apiTokens: apiTokensRouter,
  providerKeys: providerKeysRouter,
  modelPrices: modelPricesRouter,
  systemStatus: viewerProcedure.query(({ ctx }) => readSystemStatus(ctx.prisma, ctx.actor.workspaceId)),
});
