import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createEgressAgent } from '@agentweaver/core/egress/egress-agent';
import { createGuardedFetch } from '@agentweaver/core/egress/guarded-fetch';
import { createCircuitBreakers } from '@agentweaver/core/models/circuit-breakers';
import { DEMO_MODEL_ID, DEMO_MODEL_NAME } from '@agentweaver/core/models/demo-model';
import { createPrisma } from '@agentweaver/db/client';
import { identifyDatabase } from '@agentweaver/db/execution-owners';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import { createLiveChannel } from '@agentweaver/db/live-channel';
import { createExecutionQueue, createExecutionWorker } from '@agentweaver/db/queue';
import type { ExecutorEnv } from './env.ts';
import { runExecution } from './execution/run-execution.ts';
import { startSweeper } from './execution/sweeper.ts';
import { createExecutorIdentity } from './executor-identity.ts';
import { createExecutionServices } from './host/execution-services.ts';
import { findLocalModels, type LocalModelFinder } from './host/local-models.ts';
import { createTokenKeeper } from './host/oauth-tokens.ts';
import { type Readiness, startHttpServer } from './http-server.ts';
import { createLogger } from './logger.ts';
import { createMetrics } from './metrics.ts';
import type { SandboxProvider } from './sandbox/sandbox.ts';
import { selectSandbox } from './sandbox/select-sandbox.ts';
import { SHUTDOWN_TIMEOUT_MS } from './tunables.ts';

const BUNDLE = fileURLToPath(new URL('../dist/sandbox-runtime.mjs', import.meta.url));

export type RunningExecutor = {
  /** Takes no more work, gives back what runs, and closes everything. */
  stop(why: string): Promise<void>;
};

/** Starts in the order in which the parts need each other; `/ready` names what is still missing. */
export const startExecutor = async (env: ExecutorEnv): Promise<RunningExecutor> => {
  if (!existsSync(BUNDLE)) {
    throw new Error('the sandbox runtime is not built; run "npm run build -w @agentweaver/executor" first.');
  }
  const identity = createExecutorIdentity();
  const logger = createLogger({ level: env.LOG_LEVEL, executorId: identity.id });
  const onError = (error: Error) => logger.warn({ err: error }, 'a connection failed');
  const connection = { databaseUrl: env.DATABASE_URL, redisUrl: env.REDIS_URL, onError };

  const prisma = createPrisma({ databaseUrl: env.DATABASE_URL, max: env.EXECUTOR_CONCURRENCY + 5, onError });
  const queue = createExecutionQueue(connection);
  const live = createLiveChannel(connection);
  const metrics = createMetrics({ tenantLabels: env.METRICS_TENANT_LABELS, queueCounts: queue.counts });

  let phase: 'starting' | 'running' | 'stopping' = 'starting';
  let sandboxes: SandboxProvider | undefined;
  let localModels: LocalModelFinder | undefined;
  const server = await startHttpServer({
    host: env.EXECUTOR_HOST,
    port: env.EXECUTOR_PORT,
    registry: metrics.registry,
    readiness: async () => readinessOf({ phase, prisma, sandboxes, localModels }),
  });

  const installationId = await identifyDatabase(prisma);
  const selected = await selectSandbox({
    choice: env.SANDBOX,
    bundleFile: BUNDLE,
    baseImage: env.SANDBOX_BASE_IMAGE,
    installationId,
    executorId: identity.id,
    logger,
  });
  sandboxes = selected.provider;
  localModels = await findLocalModels({ url: env.LOCAL_MODEL_URL, modelName: env.LOCAL_MODEL_NAME });
  const privateHosts = env.EGRESS_ALLOWED_PRIVATE_HOSTS;
  const agent = createEgressAgent({ privateHosts });
  const sweeper = await startSweeper({
    prisma,
    queue,
    live,
    identity,
    docker: selected.docker,
    installationId,
    logger,
  });

  const masterKey = env.AGENTWEAVER_MASTER_KEY;
  const local = localModels.current;
  const tokens = createTokenKeeper({ prisma, guardedFetch: createGuardedFetch({ agent, privateHosts }) });
  const dependencies = {
    prisma,
    live,
    metrics,
    logger,
    sandboxes,
    executorId: identity.id,
    createServices: createExecutionServices({
      prisma,
      live,
      metrics,
      agent,
      privateHosts,
      masterKey,
      local,
      tokens,
      breakers: createCircuitBreakers(),
    }),
  };
  const worker = createExecutionWorker(connection, { concurrency: env.EXECUTOR_CONCURRENCY }, (executionId, signal) =>
    runExecution(dependencies, executionId, signal),
  );
  await worker.ready();
  phase = 'running';
  logger.info({ sandbox: sandboxes.description, port: env.EXECUTOR_PORT }, 'ready');

  return {
    stop: async (why) => {
      phase = 'stopping';
      logger.info({ why }, 'stopping');
      // Aborts what runs: containers are killed, and their executions go back to the queue.
      await worker.close({ timeoutMs: SHUTDOWN_TIMEOUT_MS });
      await sweeper.close();
      localModels?.close();
      await selected.provider.close();
      await agent.destroy();
      server.close();
      server.closeAllConnections();
      await queue.close();
      await live.close();
      await prisma.$disconnect();
      logger.info('stopped');
    },
  };
};

const readinessOf = async ({
  phase,
  prisma,
  sandboxes,
  localModels,
}: {
  phase: 'starting' | 'running' | 'stopping';
  prisma: PrismaClient;
  sandboxes: SandboxProvider | undefined;
  localModels: LocalModelFinder | undefined;
}): Promise<Readiness> => {
  const missing: string[] = [];
  if (phase === 'stopping') missing.push('It is shutting down.');
  if (!sandboxes) missing.push('The sandbox is being prepared.');
  else if (phase === 'starting') missing.push('The queue is not connected yet.');
  await prisma.$queryRaw`SELECT 1`.catch(() => missing.push('The database does not answer.'));
  const local = localModels?.current();
  return {
    missing,
    sandbox: sandboxes ? { kind: sandboxes.kind, description: sandboxes.description } : null,
    models: [
      ...(local?.models ?? []).map((name) => ({ id: `openai_compatible/${name}`, name, source: local?.source ?? '' })),
      { id: DEMO_MODEL_ID, name: DEMO_MODEL_NAME, source: 'built in' },
    ],
  };
};
