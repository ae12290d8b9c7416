import { z } from 'zod';
import { enforceLimit } from '../../../server/rate-limit.ts';
import { ownerProcedure, router, viewerProcedure } from '../../../server/trpc.ts';
import { changedCredentialSchema, newCredentialSchema } from '../credential-input.ts';
import { createCredential } from './create-credential.ts';
import { findCredentialUsage, listCredentialNames, listCredentials } from './credential-rows.ts';
import { removeCredential } from './remove-credential.ts';
import { testCredential } from './test-credential.ts';
import { updateCredential } from './update-credential.ts';

const byId = z.object({ id: z.uuid() });

export const credentialsRouter = router({
  /** Never a secret. */
  list: viewerProcedure.query(({ ctx }) => listCredentials(ctx.prisma, ctx.actor.workspaceId)),

  names: viewerProcedure.query(({ ctx }) => listCredentialNames(ctx.prisma, ctx.actor.workspaceId)),

  usage: viewerProcedure
    .input(byId)
    .query(({ ctx, input }) => findCredentialUsage(ctx.prisma, { workspaceId: ctx.actor.workspaceId, id: input.id })),

  create: ownerProcedure
    .input(newCredentialSchema)
    .mutation(({ ctx, input }) => createCredential(ctx.prisma, { actor: ctx.actor, credential: input })),

  update: ownerProcedure
    .input(changedCredentialSchema)
    .mutation(({ ctx, input }) => updateCredential(ctx.prisma, { actor: ctx.actor, change: input })),

  test: ownerProcedure
    .input(byId.extend({ url: z.string().trim().max(2_000).optional() }))
    .mutation(async ({ ctx, input }) => {
      await enforceLimit('credential_test', ctx.actor.workspaceId);
      const { allowedHosts } = ctx.workspace;
      return testCredential(ctx.prisma, { actor: ctx.actor, allowedHosts, id: input.id, url: input.url });
    }),

  remove: ownerProcedure
    .input(byId)
    .mutation(({ ctx, input }) => removeCredential(ctx.prisma, { actor: ctx.actor, id: input.id })),
});
