import { DEMO_MODEL_NAME } from '@agentweaver/core/models/demo/identity';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import { z } from 'zod';
import { getEnv } from '../../../server/env.ts';
import { checkDatabase, checkQueue, type DatabaseHealth, type QueueHealth } from '../../../server/health.ts';
import { PROVIDERS, providerTitle } from '../provider-names.ts';

const TIMEOUT_MS = 3_000;

/** The part of the executor's /ready that is shown; it answers 503 with the same body while something is missing. */
const readySchema = z.object({
  missing: z.array(z.string()).default([]),
  sandbox: z.object({ kind: z.string(), description: z.string() }).nullable(),
  models: z.array(z.object({ id: z.string(), name: z.string(), source: z.string() })),
});
type Ready = z.infer<typeof readySchema>;

type ExecutorStatus = {
  state: 'ok' | 'limited' | 'down' | 'unknown';
  sandbox: 'docker' | 'process' | 'kubernetes' | null;
};

const readExecutor = async (): Promise<Ready | 'down' | 'unknown'> => {
  const { EXECUTOR_URL } = getEnv();
  if (!EXECUTOR_URL) return 'unknown';
  try {
    const response = await fetch(new URL('/ready', EXECUTOR_URL), { signal: AbortSignal.timeout(TIMEOUT_MS) });
    return readySchema.safeParse(await response.json()).data ?? 'down';
  } catch {
    return 'down';
  }
};

const executorStatus = (ready: Ready | 'down' | 'unknown'): ExecutorStatus => {
  if (ready === 'down' || ready === 'unknown') return { state: ready, sandbox: null };
  if (ready.missing.length > 0 || !ready.sandbox) return { state: 'down', sandbox: null };
  const { kind } = ready.sandbox;
  if (kind === 'docker' || kind === 'kubernetes') return { state: 'ok', sandbox: kind };
  return { state: 'limited', sandbox: 'process' };
};

type ModelStatus = { source: 'workspace' | 'local' | 'demo'; name: string };

/** What `auto` comes to, by the rule of the executor: the workspace's keys, then a local server, then the demo model. */
const modelStatus = async (
  prisma: PrismaClient,
  workspaceId: string,
  ready: Ready | 'down' | 'unknown',
): Promise<ModelStatus> => {
  const keys = await prisma.providerKey.findMany({ where: { workspaceId }, select: { provider: true } });
  const provider = PROVIDERS.find((name) => keys.some((key) => key.provider === name));
  if (provider) return { source: 'workspace', name: providerTitle(provider) };
  const models = typeof ready === 'string' ? [] : ready.models;
  const local = models.find((model) => !model.id.startsWith('demo/'));
  if (local) return { source: 'local', name: local.name };
  return { source: 'demo', name: DEMO_MODEL_NAME };
};

export type SystemStatus = {
  database: { state: 'ok' | 'down'; version: string | null };
  queue: { state: 'ok' | 'down'; kind: 'redis' | 'postgres'; waiting: number; active: number };
  executor: ExecutorStatus;
  models: ModelStatus;
};

const databaseStatus = (health: DatabaseHealth) => ({
  state: health.state,
  version: health.state === 'ok' ? health.version : null,
});

const queueStatus = (health: QueueHealth) => ({
  state: health.state,
  kind: getEnv().REDIS_URL ? ('redis' as const) : ('postgres' as const),
  waiting: health.state === 'ok' ? health.waiting : 0,
  active: health.state === 'ok' ? health.active : 0,
});

export const readSystemStatus = async (prisma: PrismaClient, workspaceId: string): Promise<SystemStatus> => {
  const [database, queue, ready] = await Promise.all([checkDatabase(), checkQueue(), readExecutor()]);
  return {
    database: databaseStatus(database),
    queue: queueStatus(queue),
    executor: executorStatus(ready),
    models: await modelStatus(prisma, workspaceId, ready),
  };
};
