import { randomUUID } from 'node:crypto';
import {
  type WorkflowDefinition,
  type WorkflowDefinitionInput,
  workflowDefinitionSchema,
} from '@agentweaver/core/definition/workflow-definition';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import { createWorkflow } from '@agentweaver/db/workflow-store';

/** input → transform → output; the transform is a template. */
export const simpleDefinition = (template = 'Hello {{ input.name }}'): WorkflowDefinition => {
  const definition: WorkflowDefinitionInput = {
    nodes: [
      { id: 'input', type: 'input', name: 'Input', config: { fields: [{ name: 'name', type: 'text' }] } },
      { id: 'greet', type: 'transform', name: 'Greet', config: { mode: 'template', template } },
      { id: 'output', type: 'output', name: 'Output' },
    ],
    edges: [
      { id: 'a', source: 'input', target: 'greet' },
      { id: 'b', source: 'greet', target: 'output' },
    ],
  };
  return workflowDefinitionSchema.parse(definition);
};

export type TestWorkspace = { workspaceId: string; userId: string; slug: string };

/** A workspace of its own with one owner. */
export const createTestWorkspace = async (
  prisma: PrismaClient,
  limits: { maxConcurrency?: number; maxExecutionsPerDay?: number; maxMemoryMb?: number } = {},
): Promise<TestWorkspace> => {
  const slug = `w-${randomUUID().slice(0, 8)}`;
  const { id: userId } = await prisma.user.create({ data: { email: `${slug}@example.com`, name: slug } });
  const { id: workspaceId } = await prisma.workspace.create({
    data: { slug, name: slug, ...limits, members: { create: { userId, role: 'owner' } } },
  });
  return { workspaceId, userId, slug };
};

export const createTestWorkflow = async (
  prisma: PrismaClient,
  { workspaceId, userId, definition = simpleDefinition() }: TestWorkspace & { definition?: WorkflowDefinition },
): Promise<string> => {
  const { id } = await createWorkflow(prisma, { workspaceId, userId, name: 'Greeting', definition });
  return id;
};
