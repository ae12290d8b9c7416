import { AppError } from '@agentweaver/core/errors/app-error';
import { validateWorkflow } from '@agentweaver/core/graph/validate-workflow';
import { createWorkflow } from '@agentweaver/db/workflow-store';
import { placeNodes } from '../../builder/graph/place-nodes.ts';
import type { WorkflowContext } from './workflow-context.ts';

/**
 * A workflow from a file. A file whose shape is wrong is refused with every place that is; problems that the
 * editor can show and people can solve there, such as a missing connection, come along.
 */
export const importWorkflow = async (
  context: WorkflowContext,
  { name, description, definition: json }: { name: string; description: string; definition: unknown },
): Promise<{ id: string; name: string }> => {
  const { definition, problems } = validateWorkflow(json);
  const hasDuplicates = problems.some(({ code }) => code === 'duplicate_node_id' || code === 'duplicate_edge_id');
  // Ids are keys in the draft, so of two nodes with one id the second would silently replace the first.
  if (!definition || hasDuplicates) {
    throw new AppError('invalid_workflow', {
      publicMessage: 'The file does not hold a workflow definition.',
      problems: problems.map((problem) => ({ field: problem.field ?? '', message: problem.message })),
    });
  }
  return createWorkflow(context.prisma, {
    workspaceId: context.workspace.id,
    userId: context.user.id,
    name,
    description,
    definition: placeNodes(definition),
    action: 'workflow.imported',
  });
};
