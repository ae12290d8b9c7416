import { z } from 'zod';
import { type WorkflowDefinition, workflowDefinitionSchema } from '../../definition/workflow-definition.ts';

export const workflowLoadSchema = z.object({
  /** An id or a name within the workspace. */ workflow: z.string().min(1).max(200),
});
export const loadedWorkflowSchema = z.object({
  id: z.string(),
  name: z.string(),
  /** Of the published version, or of the draft when none is published; the same again when an execution is resumed. */
  versionNumber: z.int(),
  definition: workflowDefinitionSchema,
});
export type LoadedWorkflow = Omit<z.infer<typeof loadedWorkflowSchema>, 'definition'> & {
  definition: WorkflowDefinition;
};

export type WorkflowPort<Call> = {
  /** Rejects with `invalid_workflow` when there is none, or it cannot run. */
  load(request: z.input<typeof workflowLoadSchema>, call: Call): Promise<LoadedWorkflow>;
};
