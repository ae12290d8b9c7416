import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createEgressAgent } from '@agentweaver/core/egress/egress-agent';
import { createGuardedFetch } from '@agentweaver/core/egress/guarded-fetch';
import { createCircuitBreakers } from '@agentweaver/core/models/circuit-breakers';
import { DEMO_MODEL_ID, DEMO_MODEL_NAME } from '@agentweaver/core/models/demo/identity';
import { createCallCounter } from '@agentweaver/db/call-counter';
import { createPrisma, poolCounts } from '@agentweaver/db/client';
import { identifyDatabase } from '@agentweaver/db/execution-owners';
import { createLiveChannel } from '@agentweaver/db/live-channel';
import { createExecutionQueue, createExecutionWorker, type ExecutionWorker } from '@agentweaver/db/queue';
import { startTracing } from '@agentweaver/db/tracing/start-tracing';
import { readWaitingExecutions } from '@agentweaver/db/waiting-executions';
import type { Logger } from 'pino';
import { createDatabaseCheck, waitForDatabase } from './database-check.ts';
import type { ExecutorEnv } from './env.ts';
import { createAdmission } from './execution/admission.ts';
import { createCancelWatch } from './execution/cancel-watch.ts';
import { createStartGate } from './execution/start-gate.ts';
import { startSweeper } from './execution/sweeper.ts';
import { createTakeJob } from './execution/take-job.ts';
import { createExecutorIdentity } from './executor-identity.ts';
import { createHealthMetrics } from './health-metrics.ts';
import { createExecutionServices } from './host/execution-services.ts';
import { createCallGate } from './host/gate/call-gate.ts';
import { findLocalModels, type LocalModelFinder } from './host/local-models.ts';
import { createTokenKeeper } from './host/oauth-tokens.ts';
import { type Readiness, startHttpServer } from './http-server.ts';
import { createLogger } from './logger.ts';
import { createMetrics } from './metrics.ts';
import { type Presence, startPresence } from './presence.ts';
import { checkRoom, type Phase, readParts } from './readiness.ts';
import { probeBackend } from './sandbox/pool/boot-ready.ts';
import { createPool } from './sandbox/pool/pool.ts';
import type { SandboxProvider } from './sandbox/sandbox.ts';
import { selectSandbox } from './sandbox/select-sandbox.ts';
import { startScheduleLoop } from './triggers/schedule-loop.ts';
import {
  FINISH_TIMEOUT_MS,
  HAND_OVER_TIMEOUT_MS,
  LOCAL_CALL_CONCURRENCY,
  PART_TIMEOUT_MS,
  SANDBOX_DEFAULT_MEMORY_MB,
} from './tunables.ts';
import { within } from './within.ts';

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
  // Before anything that may be traced. Without OTEL_EXPORTER_OTLP_ENDPOINT this loads nothing.
  const tracing = await startTracing(env, {
    name: 'agentweaver-executor',
    instanceId: identity.id,
    onError: (error) => logger.warn({ err: error }, 'traces could not be sent'),
  });
  const connection = { databaseUrl: env.DATABASE_URL, redisUrl: env.REDIS_URL, onError };

  const prisma = createPrisma({
    databaseUrl: env.DATABASE_URL,
    max: env.EXECUTOR_CONCURRENCY + 5,
    byIndex: true,
    onError,
  });
  const queue = createExecutionQueue(connection);
  const live = createLiveChannel(connection);
  const metrics = createMetrics({
    tenantLabels: env.METRICS_TENANT_LABELS,
    // A scrape must not wait for what is away for longer than Prometheus waits for it.
    queueCounts: () => within(PART_TIMEOUT_MS, queue.counts()),
    readWaiting: () => within(PART_TIMEOUT_MS, readWaitingExecutions(prisma)),
    slots: env.EXECUTOR_CONCURRENCY,
  });

  let phase: Phase = 'starting';
  let sandboxes: SandboxProvider | undefined;
  let localModels: LocalModelFinder | undefined;
  let presence: Presence | undefined;
  const database = createDatabaseCheck({ prisma, databaseUrl: env.DATABASE_URL });
  const parts = () => readParts({ phase, env, database, queue, live, sandboxes, presence });
  createHealthMetrics({ registry: metrics.registry, readParts: parts, pool: () => poolCounts(prisma) });
  const server = await startHttpServer({
    host: env.EXECUTOR_HOST,
    port: env.EXECUTOR_PORT,
    registry: metrics.registry,
    readiness: async () => ({
      ...(await parts()),
      sandbox: sandboxes ? { kind: sandboxes.kind, description: sandboxes.description } : null,
      models: listModels(localModels),
    }),
  });

  await waitForDatabase(database, logger);
  const installationId = await identifyDatabase(prisma);
  const { backend } = await selectSandbox({
    choice: env.SANDBOX,
    bundleFile: BUNDLE,
    baseImage: env.SANDBOX_BASE_IMAGE,
    kubernetes: {
      image: env.SANDBOX_IMAGE,
      namespace: env.KUBERNETES_NAMESPACE,
      runtimeClass: env.SANDBOX_RUNTIME_CLASS,
    },
    installationId,
    executorId: identity.id,
    logger,
  });
  const row = { id: identity.id, sandbox: backend.kind, concurrency: env.EXECUTOR_CONCURRENCY };
  let worker: ExecutionWorker | undefined;
  // Before the first sandbox: others remove those of executors that they do not know.
  presence = await startPresence({ prisma, row, running: () => worker?.running() ?? 0, identity, logger });
  sandboxes = createPool({
    backend,
    isolation: env.ISOLATION,
    concurrency: env.EXECUTOR_CONCURRENCY,
    defaultMemoryMb: SANDBOX_DEFAULT_MEMORY_MB,
    logger,
    observer: metrics.pool(backend.kind),
  });
  localModels = await findLocalModels({ url: env.LOCAL_MODEL_URL, modelName: env.LOCAL_MODEL_NAME });
  const privateHosts = env.EGRESS_ALLOWED_PRIVATE_HOSTS;
  const agent = createEgressAgent({ privateHosts });
  const sweeper = await startSweeper({ prisma, queue, live, identity, presence, sandboxes, metrics, logger });
  const admission = createAdmission({
    check: () => checkRoom({ sandboxes, env }),
    probe: () => probeBackend(backend),
    onChange: (isOpen) => (isOpen ? worker?.resume() : worker?.pause()),
    logger,
  });

  const masterKey = env.AGENTWEAVER_MASTER_KEY;
  const local = localModels.current;
  const tokens = createTokenKeeper({ prisma, guardedFetch: createGuardedFetch({ agent, privateHosts }) });
  const cancels = await createCancelWatch(live, logger);
  const callCounter = createCallCounter({ prisma, redisUrl: env.REDIS_URL, windowSeconds: 60, onError });
  const gate = createCallGate({
    counter: callCounter,
    maxUnderWay: env.EXECUTOR_HOST_CALLS,
    maxLocal: LOCAL_CALL_CONCURRENCY,
    metrics: metrics.calls,
    onError: (error) => logger.warn({ err: error }, 'calls could not be counted'),
  });
  const dependencies = {
    prisma,
    queue,
    live,
    cancels,
    metrics,
    logger,
    sandboxes,
    admission,
    gate: createStartGate(backend.host?.cores),
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
      gate,
    }),
  };
  worker = createExecutionWorker(connection, { concurrency: env.EXECUTOR_CONCURRENCY }, createTakeJob(dependencies));
  const running = worker;
  await running.ready();
  const schedules = startScheduleLoop({ prisma, queue, logger });
  phase = 'running';
  logger.info({ sandbox: sandboxes.description, port: env.EXECUTOR_PORT }, 'ready');

  return {
    stop: async (why) => {
      phase = 'stopping';
      logger.info({ why, running: running.running() }, 'stopping');
      await stopInOrder(logger, [
        () => schedules.close(),
        () => admission.close(),
        // What does not end in time is aborted, and its execution goes back to the queue.
        () => running.close({ finishMs: FINISH_TIMEOUT_MS, timeoutMs: HAND_OVER_TIMEOUT_MS }),
        () => sweeper.close(),
        () => cancels.close(),
        () => gate.close(),
        () => callCounter.close(),
        () => localModels?.close(),
        () => sandboxes?.close(),
        () => presence?.close(),
        () => agent.destroy(),
        () => server.close(),
        () => server.closeAllConnections(),
        () => queue.close(),
        () => live.close(),
        () => prisma.$disconnect(),
        () => tracing?.close(),
      ]);
      logger.info('stopped');
    },
  };
};

/** One that fails, because what it closes is away, does not keep the others. */
const stopInOrder = async (logger: Logger, steps: (() => unknown)[]): Promise<void> => {
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      logger.warn({ err: error }, 'a part did not stop as it should');
    }
  }
};

const listModels = (localModels: LocalModelFinder | undefined): Readiness['models'] => {
  const local = localModels?.current();
  return [
    ...(local?.models ?? []).map((name) => ({ id: `openai_compatible/${name}`, name, source: local?.source ?? '' })),
    { id: DEMO_MODEL_ID, name: DEMO_MODEL_NAME, source: 'built in' },
  ];
};
