import { z } from 'zod';
import { editorProcedure, router, viewerProcedure } from '../../../server/trpc.ts';
import { getWorkflow } from './get-workflow.ts';
import { listModels } from './list-models.ts';
import { listVersions } from './list-versions.ts';
import { publishWorkflow } from './publish-workflow.ts';
import { readNodeHelp } from './read-node-help.ts';

const workflow = z.object({ workflowId: z.uuid() });

export const builderRouter = router({
  /** Name and published version; the draft comes over the WebSocket. */
  get: viewerProcedure.input(workflow).query(({ ctx, input }) => getWorkflow(ctx, input.workflowId)),

  versions: viewerProcedure.input(workflow).query(({ ctx, input }) => listVersions(ctx, input.workflowId)),

  /** Freezes the stored draft and makes it what the API runs. */
  publish: editorProcedure
    .input(workflow.extend({ note: z.string().trim().max(500).default('') }))
    .mutation(({ ctx, input }) => publishWorkflow(ctx, input)),

  models: viewerProcedure.query(({ ctx }) => listModels(ctx)),

  /** Markdown; null when the node type has no README. */
  nodeHelp: viewerProcedure
    .input(z.object({ type: z.string().max(64), locale: z.string().max(10) }))
    .query(({ input }) => readNodeHelp({ type: input.type, locale: input.locale === 'ja' ? 'ja' : 'en' })),
});
