import type { WorkflowDefinition } from '@agentweaver/core/definition/workflow-definition';
import { createPrisma } from '@agentweaver/db/client';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import { createExecutionQueue, type ExecutionQueue } from '@agentweaver/db/queue';
import { type StartExecution, startExecution } from '@agentweaver/db/start-execution';
import { answerWait } from '@agentweaver/db/wait-store';
import { createWorkflow } from '@agentweaver/db/workflow-store';
import { createTestDatabase } from './database.ts';
import { type ExecutionRow, waitForExecution } from './executions.ts';
import { startExecutor, type TestExecutor } from './executor.ts';
import { type ModelServer, startModelServer } from './model-server.ts';
import { createTestWorkspace, type TestWorkspace } from './workspace.ts';

/** A database, a queue and a model server, and executors that come and go. */
export type Platform = {
  prisma: PrismaClient;
  queue: ExecutionQueue;
  model: ModelServer;
  workspace: TestWorkspace;
  /** An executor in a process of its own. */
  executor: (options?: Partial<Parameters<typeof startExecutor>[0]>) => Promise<TestExecutor>;
  addWorkflow: (definition: WorkflowDefinition, name?: string) => Promise<string>;
  start: (workflowId: string, changes?: Partial<StartExecution>) => Promise<string>;
  /** Resolves when it has ended, or `until` holds. */
  wait: (id: string, until?: (row: ExecutionRow) => boolean) => Promise<ExecutionRow>;
  /** Answers the open question of a step. */
  answer: (executionId: string, step: { nodeId: string; iteration?: string }, response?: unknown) => Promise<void>;
  /** Kills every executor and forgets what the model server was asked. */
  reset: () => Promise<void>;
  close: () => Promise<void>;
};

export const openPlatform = async (): Promise<Platform> => {
  const database = await createTestDatabase();
  const { databaseUrl } = database;
  const prisma = createPrisma({ databaseUrl });
  const queue = createExecutionQueue({ databaseUrl });
  const model = await startModelServer();
  const workspace = await createTestWorkspace(prisma);
  const { workspaceId, userId } = workspace;
  const executors: TestExecutor[] = [];

  const reset = async (): Promise<void> => {
    await Promise.all(executors.splice(0).map((executor) => executor.killHard()));
    model.answer(({ prompt }) => ({ text: `echo: ${prompt}` }));
    model.calls.length = 0;
  };

  return {
    prisma,
    queue,
    model,
    workspace,
    reset,
    executor: async (options = {}) => {
      const env = { LOCAL_MODEL_URL: model.url, ...options.env };
      const executor = await startExecutor({ databaseUrl, ...options, env });
      executors.push(executor);
      return executor;
    },
    addWorkflow: async (definition, name = 'Test') =>
      (await createWorkflow(prisma, { workspaceId, userId, name, definition })).id,
    start: async (workflowId, changes = {}) => {
      const request = { workspaceId, workflowId, source: 'draft', input: null, trigger: 'manual', userId } as const;
      return (await startExecution({ prisma, queue }, { ...request, ...changes })).id;
    },
    wait: (id, until) => waitForExecution(prisma, id, until ? { until } : {}),
    answer: async (executionId, { nodeId, iteration = '' }, response = { approved: true }) => {
      const wait = await prisma.wait.findFirstOrThrow({ where: { executionId, nodeId, iteration, closedAt: null } });
      const user = { id: userId, name: 'Ada' };
      const { requeue } = await answerWait(prisma, { id: wait.id, workspaceId, response, user });
      if (requeue) await queue.add(requeue);
    },
    close: async () => {
      await reset();
      await model.close();
      await queue.close();
      await prisma.$disconnect();
      await database.drop();
    },
  };
};
