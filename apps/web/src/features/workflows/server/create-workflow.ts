import { type WorkflowDefinition, workflowDefinitionSchema } from '@agentweaver/core/definition/workflow-definition';
import { AppError } from '@agentweaver/core/errors/app-error';
import { inputDefinition } from '@agentweaver/core/nodes/input/definition';
import { outputDefinition } from '@agentweaver/core/nodes/output/definition';
import { SAMPLES } from '@agentweaver/core/samples/samples';
import { createWorkflow as storeWorkflow } from '@agentweaver/db/workflow-store';
import type { WorkflowContext } from './workflow-context.ts';

/** Input and output, connected: it runs from the first moment, and "+" on the connection is where work begins. */
const blankDefinition = (): WorkflowDefinition =>
  workflowDefinitionSchema.parse({
    nodes: [
      { id: 'input', type: 'input', name: inputDefinition.title, config: inputDefinition.defaults },
      {
        id: 'output',
        type: 'output',
        name: outputDefinition.title,
        position: { x: 640, y: 0 },
        config: outputDefinition.defaults,
      },
    ],
    edges: [{ id: 'input.out-output.in', source: 'input', target: 'output' }],
  });

/** A blank workflow, or one made from a sample. */
export const createWorkflow = async (
  { prisma, workspace, user }: WorkflowContext,
  { name, description, sampleId }: { name: string; description: string; sampleId?: string },
): Promise<{ id: string; name: string }> => {
  const sample = SAMPLES.find((one) => one.id === sampleId);
  if (sampleId !== undefined && !sample) throw new AppError('not_found', { publicMessage: 'There is no such sample.' });
  return storeWorkflow(prisma, {
    workspaceId: workspace.id,
    userId: user.id,
    name,
    description,
    definition: sample?.definition ?? blankDefinition(),
    sample: sample?.id,
  });
};
