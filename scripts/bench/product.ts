import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowDefinition } from '@agentweaver/core/definition/workflow-definition';
import { createPrisma } from '@agentweaver/db/client';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@agentweaver/db/embedded-postgres';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import { createWorkflow, publishDraft } from '@agentweaver/db/workflow-store';
import { hashSecretToken } from '../../apps/web/src/features/workspace/server/secret-token.ts';
import { freePort } from '../../tests/integration/support/free-port.ts';
import { inRoot } from '../lib/paths.ts';
import { tailOf } from '../lib/run-command.ts';
import { type ProcessUse, readTree } from './process-use.ts';
import { type RedisServer, startRedis } from './redis-server.ts';

const READY_MS = 300_000;

export type Tenant = { workspaceId: string; userId: string; token: string };

/** CPU-ms since they started and MiB in memory, by part. */
export type ProductUse = Record<'web' | 'executor' | 'postgres' | 'redis', ProcessUse>;

/** The whole product as `npm start` gives it, on databases of its own. */
export type Product = {
  url: string;
  prisma: PrismaClient;
  /** From the command to the first answer, in ms. */
  startMs: number;
  createTenants: (count: number) => Promise<Tenant[]>;
  /** Published; its id. */
  createWorkflow: (tenant: Tenant, name: string, definition: WorkflowDefinition) => Promise<string>;
  use: () => Promise<ProductUse>;
  /** Ends and starts it again on the same data. */
  restart: () => Promise<Product>;
  close: () => Promise<void>;
};

export type ProductOptions = {
  redis: boolean;
  isolation?: 'workspace' | 'execution';
};

type Ground = { folder: string; postgres: EmbeddedPostgres; redis?: RedisServer };

export const openProduct = async (options: ProductOptions): Promise<Product> => {
  const folder = await mkdtemp(path.join(tmpdir(), 'agentweaver-bench-'));
  const dataDir = path.join(folder, 'postgres');
  await mkdir(dataDir);
  const ground: Ground = { folder, postgres: await startEmbeddedPostgres({ dataDir }) };
  try {
    if (options.redis) ground.redis = await startRedis();
    return await startOn(ground, options);
  } catch (error) {
    await closeGround(ground);
    throw error;
  }
};

const closeGround = async ({ folder, postgres, redis }: Ground): Promise<void> => {
  await redis?.stop();
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
};

const startOn = async (ground: Ground, options: ProductOptions): Promise<Product> => {
  const { folder, postgres, redis } = ground;
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const startedAt = performance.now();
  const child = spawn(process.execPath, [inRoot('scripts/start/main.ts')], {
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      NODE_ENV: 'production',
      ...(process.env.DOCKER_HOST ? { DOCKER_HOST: process.env.DOCKER_HOST } : {}),
      PORT: `${port}`,
      AGENTWEAVER_DATA: path.join(folder, 'data'),
      DATABASE_URL: postgres.databaseUrl,
      ISOLATION: options.isolation ?? 'workspace',
      LOG_LEVEL: 'warn',
      ...(redis ? { REDIS_URL: redis.url } : {}),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await exited;
  };
  try {
    await untilReady(child, url, () => output);
  } catch (error) {
    await stop();
    throw error;
  }
  const startMs = performance.now() - startedAt;
  const prisma = createPrisma({ databaseUrl: postgres.databaseUrl, max: 4 });
  const roots = await findParts(child.pid ?? 0);
  const postmaster = Number.parseInt(
    await readFile(path.join(path.dirname(postgres.logFile), 'data/postmaster.pid'), 'utf8'),
    10,
  );
  return {
    url,
    prisma,
    startMs,
    createTenants: (count) => Promise.all(Array.from({ length: count }, () => createTenant(prisma))),
    createWorkflow: async (tenant, name, definition) => {
      const { id } = await createWorkflow(prisma, { ...tenant, name, definition });
      await publishDraft(prisma, { ...tenant, workflowId: id, note: '' });
      return id;
    },
    use: async () => ({
      web: await readTree(roots.web),
      executor: await readTree(roots.executor),
      postgres: await readTree(postmaster),
      redis: await readTree(redis?.pid),
    }),
    restart: async () => {
      await stop();
      await prisma.$disconnect();
      return startOn(ground, options);
    },
    close: async () => {
      await stop();
      await prisma.$disconnect();
      await closeGround(ground);
    },
  };
};

const untilReady = async (child: ChildProcess, url: string, output: () => string): Promise<void> => {
  for (const deadline = Date.now() + READY_MS; Date.now() < deadline; await sleep(50)) {
    if (child.exitCode !== null) break;
    const isReady = await fetch(`${url}/api/health`).then(
      (response) => response.ok,
      () => false,
    );
    if (isReady) return;
  }
  throw new Error(`The product did not start. It said:\n${tailOf(output())}`);
};

const createTenant = async (prisma: PrismaClient): Promise<Tenant> => {
  const slug = `bench-${randomUUID().slice(0, 8)}`;
  const token = `aw_${randomUUID().replaceAll('-', '')}`;
  const { id: userId } = await prisma.user.create({ data: { email: `${slug}@example.com`, name: slug } });
  const { id: workspaceId } = await prisma.workspace.create({
    data: { slug, name: slug, maxExecutionsPerDay: 1_000_000, members: { create: { userId, role: 'owner' } } },
  });
  await prisma.apiToken.create({
    data: { workspaceId, userId, name: 'bench', tokenHash: hashSecretToken(token), lastFour: token.slice(-4) },
  });
  return { workspaceId, userId, token };
};

const findParts = async (starter: number): Promise<Record<'web' | 'executor', number | undefined>> => {
  const children = (await readFile(`/proc/${starter}/task/${starter}/children`, 'utf8').catch(() => '')).trim();
  const parts = await Promise.all(
    children.split(' ').map(async (pid) => ({
      pid: Number(pid),
      command: await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''),
    })),
  );
  const pidOf = (name: string) => parts.find(({ command }) => command.includes(`apps/${name}/src`))?.pid;
  return { web: pidOf('web'), executor: pidOf('executor') };
};
