import { z } from 'zod';
import { editorProcedure, router, viewerProcedure } from '../../../server/trpc.ts';
import { MAX_DESCRIPTION_LENGTH, MAX_NAME_LENGTH } from '../workflow-summary.ts';
import { createWorkflow } from './create-workflow.ts';
import { deleteWorkflow } from './delete-workflow.ts';
import { duplicateWorkflow } from './duplicate-workflow.ts';
import { getDraftDefinition } from './get-draft-definition.ts';
import { importWorkflow } from './import-workflow.ts';
import { listSamples } from './list-samples.ts';
import { listWorkflows } from './list-workflows.ts';
import { renameWorkflow } from './rename-workflow.ts';

const name = z.string().trim().min(1).max(MAX_NAME_LENGTH);
const description = z.string().trim().max(MAX_DESCRIPTION_LENGTH);
const workflow = z.object({ workflowId: z.uuid() });

export const workflowsRouter = router({
  list: viewerProcedure
    .input(
      z.object({
        /** Part of a name or description. */
        search: z.string().trim().max(200).default(''),
        cursor: z.uuid().nullish(),
        limit: z.int().min(1).max(100).default(50),
      }),
    )
    .query(({ ctx, input }) => listWorkflows(ctx, input)),

  samples: viewerProcedure
    .input(z.object({ locale: z.string() }))
    .query(({ input }) => listSamples(input.locale === 'ja' ? 'ja' : 'en')),

  create: editorProcedure
    .input(z.object({ name, description: description.default(''), sampleId: z.string().max(64).optional() }))
    .mutation(({ ctx, input }) => createWorkflow(ctx, input)),

  import: editorProcedure
    .input(z.object({ name, description: description.default(''), definition: z.unknown() }))
    .mutation(({ ctx, input }) => importWorkflow(ctx, input)),

  duplicate: editorProcedure
    .input(workflow.extend({ name }))
    .mutation(({ ctx, input }) => duplicateWorkflow(ctx, input)),

  rename: editorProcedure
    .input(workflow.extend({ name, description: description.optional() }))
    .mutation(({ ctx, input }) => renameWorkflow(ctx, input)),

  delete: editorProcedure.input(workflow).mutation(({ ctx, input }) => deleteWorkflow(ctx, input.workflowId)),

  /** The stored draft as JSON, for a download. */
  export: viewerProcedure.input(workflow).query(({ ctx, input }) => getDraftDefinition(ctx, input.workflowId)),
});
