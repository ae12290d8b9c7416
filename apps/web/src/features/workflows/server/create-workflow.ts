import { type WorkflowDefinition, workflowDefinitionSchema } from '@agentweaver/core/definition/workflow-definition';
import { definitionToDraft, draftToDefinition } from '@agentweaver/core/draft/draft-document';
import { AppError } from '@agentweaver/core/errors/app-error';
import { inputDefinition } from '@agentweaver/core/nodes/input/definition';
import { outputDefinition } from '@agentweaver/core/nodes/output/definition';
import { SAMPLES } from '@agentweaver/core/samples/samples';
import type { Prisma } from '@agentweaver/db/generated/client';
import { jsonColumn } from '@agentweaver/db/json';
import * as Y from 'yjs';
import { recordAudit } from '../../../server/audit.ts';
import type { WorkflowContext } from './workflow-context.ts';

export type NewWorkflow = {
  name: string;
  description: string;
  definition: WorkflowDefinition;
  /** The sample that it comes from. */
  sample?: string;
  /** What led to it, for the audit log. */
  action: 'workflow.created' | 'workflow.duplicated' | 'workflow.imported';
  data?: Prisma.InputJsonObject;
};

/** Writes a workflow, its draft and the line in the audit log, or none of them. */
export const createWorkflow = async (
  { prisma, workspace, user }: WorkflowContext,
  { name, description, definition, sample, action, data }: NewWorkflow,
): Promise<{ id: string; name: string }> => {
  const draft = definitionToDraft(definition);
  return prisma.$transaction(async (transaction) => {
    const workflow = await transaction.workflow.create({
      data: {
        workspaceId: workspace.id,
        name,
        description,
        sample,
        createdById: user.id,
        draft: {
          create: {
            state: Uint8Array.from(Y.encodeStateAsUpdate(draft)),
            definition: jsonColumn(draftToDefinition(draft)),
          },
        },
      },
      select: { id: true, name: true },
    });
    await recordAudit(transaction, {
      workspaceId: workspace.id,
      userId: user.id,
      action,
      targetType: 'workflow',
      targetId: workflow.id,
      data: { name, ...data },
    });
    return workflow;
  });
};

/** Input and output, connected: it runs from the first moment, and "+" on the connection is where work begins. */
const blankDefinition = (): WorkflowDefinition =>
  workflowDefinitionSchema.parse({
    nodes: [
      {
        id: 'input',
        type: 'input',
        name: inputDefinition.title,
        position: { x: 0, y: 0 },
        config: inputDefinition.defaults,
      },
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
export const createFromSample = async (
  context: WorkflowContext,
  { name, description, sampleId }: { name: string; description: string; sampleId?: string },
): Promise<{ id: string; name: string }> => {
  const sample = SAMPLES.find((one) => one.id === sampleId);
  if (sampleId !== undefined && !sample) throw new AppError('not_found', { publicMessage: 'There is no such sample.' });
  const definition = sample?.definition ?? blankDefinition();
  return createWorkflow(context, { name, description, definition, sample: sample?.id, action: 'workflow.created' });
};
