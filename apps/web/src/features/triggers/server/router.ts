import { readInputFields } from '@agentweaver/db/trigger-workflow';
import { z } from 'zod';
import { router, viewerProcedure } from '../../../server/trpc.ts';
import { schedulesRouter } from './schedules-router.ts';
import { webhooksRouter } from './webhooks-router.ts';

export const triggersRouter = router({
  schedules: schedulesRouter,
  webhooks: webhooksRouter,

  /** What a workflow asks for, as a schedule or webhook would run it; none when it takes anything. */
  inputFields: viewerProcedure
    .input(z.object({ workflowId: z.uuid() }))
    .query(({ ctx, input }) =>
      readInputFields(ctx.prisma, { workspaceId: ctx.workspace.id, workflowId: input.workflowId }),
    ),
});
