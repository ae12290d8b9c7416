import { createSchedule, removeSchedule, updateSchedule } from '@agentweaver/db/schedule-store';
import { z } from 'zod';
import { editorProcedure, router, viewerProcedure } from '../../../server/trpc.ts';
import { listSchedules, previewSchedule } from './schedules.ts';
import { byId, cronFields, scheduleInput, triggerPage } from './trigger-input.ts';

export const schedulesRouter = router({
  /** Newest first; of one workflow, or all. */
  list: viewerProcedure.input(triggerPage).query(({ ctx, input }) => {
    const { workflowId, cursor, limit } = input;
    return listSchedules(ctx.prisma, {
      workspaceId: ctx.workspace.id,
      workflowId,
      cursor: cursor ?? undefined,
      limit,
    });
  }),

  /** What an expression says, what is wrong with it, and its next times. */
  preview: viewerProcedure.input(z.object(cronFields)).query(({ input }) => previewSchedule(input)),

  create: editorProcedure
    .input(z.object({ workflowId: z.uuid(), values: scheduleInput }))
    .mutation(async ({ ctx, input }) => {
      const { id } = await createSchedule(ctx.prisma, { actor: ctx.actor, ...input });
      return { id };
    }),

  /** Pauses it, and lets it go on, with `enabled` alone. */
  update: editorProcedure.input(byId.extend({ change: scheduleInput.partial() })).mutation(async ({ ctx, input }) => {
    const { id } = await updateSchedule(ctx.prisma, { actor: ctx.actor, ...input });
    return { id };
  }),

  remove: editorProcedure
    .input(byId)
    .mutation(({ ctx, input }) => removeSchedule(ctx.prisma, { actor: ctx.actor, id: input.id })),
});
