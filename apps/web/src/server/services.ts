import { createPrisma } from '@agentweaver/db/client';
import { createLiveChannel } from '@agentweaver/db/live-channel';
import { createExecutionQueue } from '@agentweaver/db/queue';
import { getEnv } from './env.ts';
import { log } from './log.ts';
import { existingGlobal, processGlobal } from './process-global.ts';

/** Connections one web process may hold to PostgreSQL. */
const MAX_CONNECTIONS = 10;

const openServices = () => {
  const env = getEnv();
  // Both reconnect by themselves; what fails meanwhile fails at its caller.
  const onError = (error: Error) => log.warn({ err: error.message }, 'connection trouble');
  const transport = { redisUrl: env.REDIS_URL, databaseUrl: env.DATABASE_URL, onError };
  return {
    prisma: createPrisma({ databaseUrl: env.DATABASE_URL, max: MAX_CONNECTIONS, onError }),
    queue: createExecutionQueue(transport),
    live: createLiveChannel(transport),
  };
};

export type Services = ReturnType<typeof openServices>;

/** The database, the queue and the live channel: one of each per process, opened at first use. */
export const getServices = (): Services => processGlobal('services', openServices);

/** Closes what was opened; for shutdown. */
export const closeServices = async (): Promise<void> => {
  const services = existingGlobal<Services>('services');
  if (!services) return;
  await Promise.allSettled([services.queue.close(), services.live.close()]);
  await services.prisma.$disconnect();
};
