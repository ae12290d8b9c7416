import { randomUUID } from 'node:crypto';
import type { PrismaClient } from '@agentweaver/db/generated/client';

/** An execution that an executor owns, for tests of what its host does; nothing runs. */
export const createRunningExecution = async (
  prisma: PrismaClient,
  workspaceId: string,
): Promise<{ executionId: string; attemptId: string }> => {
  const workflow = await prisma.workflow.create({ data: { workspaceId, name: `Test ${randomUUID()}` } });
  const version = await prisma.workflowVersion.create({
    data: { workflowId: workflow.id, number: 1, hash: randomUUID(), definition: { nodes: [], edges: [] } },
  });
  const attemptId = randomUUID();
  const { id } = await prisma.execution.create({
    data: {
      workspaceId,
      workflowId: workflow.id,
      versionId: version.id,
      trigger: 'manual',
      input: 'null',
      status: 'running',
      attemptId,
      attempts: 1,
      startedAt: new Date(),
    },
  });
  return { executionId: id, attemptId };
};
