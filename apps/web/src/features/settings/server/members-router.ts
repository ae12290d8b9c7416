import { z } from 'zod';
import { ownerProcedure, router, viewerProcedure } from '../../../server/trpc.ts';
import { emailSchema } from '../../auth/password-rules.ts';
import { ROLES } from '../../workspace/roles.ts';
import { inviteMember, listMembers, removeMember, setMemberRole, withdrawInvitation } from './members.ts';

const role = z.enum(ROLES);

export const membersRouter = router({
  list: viewerProcedure.query(({ ctx }) => listMembers(ctx.prisma, ctx.actor)),

  invite: ownerProcedure
    .input(z.object({ email: emailSchema, role }))
    .mutation(({ ctx, input }) => inviteMember(ctx.prisma, { actor: ctx.actor, email: input.email, role: input.role })),

  withdrawInvitation: ownerProcedure
    .input(z.object({ id: z.uuid() }))
    .mutation(({ ctx, input }) => withdrawInvitation(ctx.prisma, { actor: ctx.actor, id: input.id })),

  setRole: ownerProcedure
    .input(z.object({ userId: z.uuid(), role }))
    .mutation(({ ctx, input }) =>
      setMemberRole(ctx.prisma, { actor: ctx.actor, userId: input.userId, role: input.role }),
    ),

  /** Of somebody else by an owner, or of oneself. */
  remove: viewerProcedure
    .input(z.object({ userId: z.uuid() }))
    .mutation(({ ctx, input }) =>
      removeMember(ctx.prisma, { actor: ctx.actor, actorRole: ctx.role, userId: input.userId }),
    ),
});
