import { createPrisma } from '@agentweaver/db/client';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import { createExecutionQueue, type ExecutionQueue } from '@agentweaver/db/queue';
import { createMasterKey, startExecutor, type TestExecutor } from '../executor.ts';
import { type ModelServer, startModelServer } from '../model-server.ts';
import { canRunDocker, type OwnDocker, startOwnDocker } from '../outages/own-docker.ts';
import { type OwnPostgres, startOwnPostgres } from '../outages/own-postgres.ts';
import { canRunRedis, type OwnRedis, startOwnRedis } from '../outages/own-redis.ts';
import { descendantsOf, isStillAlive, type ProcessRef, refOf } from '../outages/processes.ts';

export type ChaosExecutor = { name: string; sandbox: 'docker' | 'process'; process: TestExecutor };

/** Servers of their own, and executors on them; everything can be killed. */
export type ChaosStage = {
  postgres: OwnPostgres;
  /** Absent where no Redis is installed: the queue is then on PostgreSQL. */
  redis: OwnRedis | undefined;
  /** Absent where no engine can be started: every sandbox is then a process. */
  engine: OwnDocker | undefined;
  model: ModelServer;
  prisma: PrismaClient;
  queue: ExecutionQueue;
  executors: () => readonly ChaosExecutor[];
  /** A new one in the place of one that is gone; resolves at once. */
  replace: (executor: ChaosExecutor) => Promise<void>;
  /** Processes of sandboxes that outlived their executor. */
  strayProcesses: () => ProcessRef[];
  /** To be told before an executor is killed. */
  noteSandboxesOf: (executor: ChaosExecutor) => void;
  /** What every executor wrote, also those that are gone. */
  logs: () => string;
  close: () => Promise<void>;
};

export type ChaosStageOptions = {
  executors: number;
  concurrency: number;
  /** Default: where this machine can start an engine. */
  docker?: boolean;
};

/** With an engine every second executor uses it, so that one part goes on while it is away. */
export const openChaosStage = async ({
  executors: count,
  concurrency,
  docker = canRunDocker,
}: ChaosStageOptions): Promise<ChaosStage> => {
  const closers: (() => Promise<unknown>)[] = [];
  const closing = <T extends { close: () => Promise<unknown> }>(part: T): T => {
    closers.push(part.close);
    return part;
  };
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).toReversed()) await closer();
  };
  try {
    const postgres = closing(await startOwnPostgres());
    const redis = canRunRedis ? closing(await startOwnRedis()) : undefined;
    const engine = docker ? closing(await startOwnDocker()) : undefined;
    const model = closing(await startModelServer());
    const { databaseUrl } = postgres;
    const prisma = createPrisma({ databaseUrl, onError: () => undefined });
    closers.push(() => prisma.$disconnect());
    const queue = closing(createExecutionQueue({ databaseUrl, redisUrl: redis?.url, onError: () => undefined }));
    return { ...(await openExecutors()), postgres, redis, engine, model, prisma, queue, close };

    async function openExecutors() {
      const masterKey = createMasterKey();
      const gone: ChaosExecutor[] = [];
      const executors: ChaosExecutor[] = [];
      const noted: ProcessRef[] = [];
      let named = 0;
      const start = async (sandbox: ChaosExecutor['sandbox'], unready: boolean): Promise<ChaosExecutor> => {
        named += 1;
        const process = await startExecutor({
          databaseUrl,
          masterKey,
          sandbox,
          unready,
          env: {
            EXECUTOR_CONCURRENCY: String(concurrency),
            LOCAL_MODEL_URL: model.url,
            ...(redis ? { REDIS_URL: redis.url } : {}),
            ...(engine ? { DOCKER_HOST: engine.host } : {}),
          },
        });
        return { name: `executor ${named}`, sandbox, process };
      };
      closers.push(() => Promise.all(executors.map(({ process }) => process.killHard())));
      const kinds = Array.from({ length: count }, (_, index) => (engine && index % 2 === 0 ? 'docker' : 'process'));
      for (const sandbox of kinds) executors.push(await start(sandbox, false));
      return {
        executors: () => executors,
        replace: async (executor: ChaosExecutor): Promise<void> => {
          gone.push(executor);
          executors[executors.indexOf(executor)] = await start(executor.sandbox, true);
        },
        noteSandboxesOf: ({ process }: ChaosExecutor): void => {
          noted.push(...descendantsOf(process.pid).flatMap((pid) => refOf(pid) ?? []));
        },
        strayProcesses: () => noted.filter(isStillAlive),
        logs: () => [...gone, ...executors].map(({ name, process }) => `===== ${name}\n${process.output()}`).join('\n'),
      };
    }
  } catch (error) {
    await close();
    throw error;
  }
};
