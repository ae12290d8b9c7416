import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowDefinition } from '@agentweaver/core/definition/workflow-definition';
import { executionErrorSchema } from '@agentweaver/core/engine/execution-errors';
import type { Prisma, PrismaClient } from '@agentweaver/db/generated/client';
import type { ExecutionQueue } from '@agentweaver/db/queue';

export const createWorkspace = async (
  prisma: PrismaClient,
  data: Partial<Prisma.WorkspaceCreateInput> = {},
): Promise<string> => {
  const { id } = await prisma.workspace.create({ data: { slug: `w-${randomUUID()}`, name: 'Test', ...data } });
  return id;
};

/** A workflow with one version, and a queued execution of it. */
export const queueExecution = async (
  { prisma, queue }: { prisma: PrismaClient; queue: ExecutionQueue },
  { workspaceId, definition, input = null }: { workspaceId: string; definition: WorkflowDefinition; input?: unknown },
): Promise<string> => {
  const workflow = await prisma.workflow.create({ data: { workspaceId, name: 'Test' } });
  const version = await prisma.workflowVersion.create({
    data: { workflowId: workflow.id, number: 1, hash: randomUUID(), definition: definition as Prisma.InputJsonValue },
  });
  const execution = await prisma.execution.create({
    data: {
      workspaceId,
      workflowId: workflow.id,
      versionId: version.id,
      trigger: 'manual',
      input: input === null ? 'null' : (input as Prisma.InputJsonValue),
    },
  });
  await queue.add({ executionId: execution.id });
  return execution.id;
};

const ENDED = new Set(['completed', 'failed', 'cancelled']);

/** Resolves with the execution when it has ended, or `until` holds. */
export const waitForExecution = async (
  prisma: PrismaClient,
  id: string,
  {
    until = ({ status }) => ENDED.has(status),
    timeoutMs = 45_000,
  }: { until?: (row: ExecutionRow) => boolean; timeoutMs?: number } = {},
): Promise<ExecutionRow> => {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const row = await readExecution(prisma, id);
    if (until(row)) return row;
    if (Date.now() > deadline) throw new Error(`Still waiting for execution ${id}: ${JSON.stringify(row)}`);
    await sleep(40);
  }
};

export type ExecutionRow = Awaited<ReturnType<typeof readExecution>>;

const readExecution = async (prisma: PrismaClient, id: string) => {
  const { error, ...row } = await prisma.execution.findUniqueOrThrow({
    where: { id },
    include: {
      steps: { orderBy: [{ nodeId: 'asc' }, { iteration: 'asc' }] },
      events: { orderBy: { seq: 'asc' } },
    },
  });
  const top = row.steps.filter(({ iteration }) => iteration === '');
  const steps = Object.fromEntries(top.map((step) => [step.nodeId, step]));
  return { ...row, steps, allSteps: row.steps, error: error === null ? undefined : executionErrorSchema.parse(error) };
};
