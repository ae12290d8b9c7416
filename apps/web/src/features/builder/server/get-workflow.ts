import { parseDefinition } from '@agentweaver/core/definition/parse-definition';
import type { WorkflowDefinition } from '@agentweaver/core/definition/workflow-definition';
import { workflowNotFound } from '@agentweaver/db/workflow-store';
import type { ReadContext } from '../../workflows/server/workflow-context.ts';

export type OpenedWorkflow = {
  id: string;
  name: string;
  description: string;
  published: { number: number; definition: WorkflowDefinition } | null;
};

/** What the builder shows around the draft; the draft itself comes over its own connection. */
export const getWorkflow = async ({ prisma, workspace }: ReadContext, workflowId: string): Promise<OpenedWorkflow> => {
  const row = await prisma.workflow.findFirst({
    where: { id: workflowId, workspaceId: workspace.id },
    select: {
      id: true,
      name: true,
      description: true,
      publishedVersion: { select: { number: true, definition: true } },
    },
  });
  if (!row) throw workflowNotFound();
  const { publishedVersion, ...workflow } = row;
  const definition = publishedVersion ? parseDefinition(publishedVersion.definition).definition : undefined;
  return {
    ...workflow,
    published: publishedVersion && definition ? { number: publishedVersion.number, definition } : null,
  };
};
