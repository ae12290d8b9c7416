import { Redis, type RedisOptions } from 'ioredis';

/**
 * - `queue`: fails at once while Redis is away, so that a request gets its answer.
 * - `worker`: waits for Redis to come back.
 * - `publish`: waits a little.
 * - `subscribe`: waits, and may be silent for long.
 * - `count`: waits a moment; callers count by themselves while Redis is away.
 */
export type RedisUse = 'queue' | 'worker' | 'publish' | 'subscribe' | 'count';

const OPTIONS: Record<RedisUse, RedisOptions> = {
  queue: { enableOfflineQueue: false, maxRetriesPerRequest: 1, commandTimeout: 5_000 },
  // BullMQ demands null. Its waits are far shorter than the timeout, which finds half-open sockets.
  worker: { maxRetriesPerRequest: null, socketTimeout: 30_000 },
  publish: { maxRetriesPerRequest: 1, commandTimeout: 5_000 },
  subscribe: { maxRetriesPerRequest: null },
  count: { maxRetriesPerRequest: 1, commandTimeout: 1_000 },
};

/** A Redis connection that comes back by itself. */
export const openRedis = (redisUrl: string, use: RedisUse, onError?: (error: Error) => void): Redis => {
  const redis = new Redis(redisUrl, {
    connectTimeout: 5_000,
    keepAlive: 10_000,
    retryStrategy: (attempt) => Math.min(attempt * 100, 2_000),
    // A replica after a failover, or a server that still loads: connect again and repeat the command.
    reconnectOnError: (error) => (/READONLY|LOADING|UNBLOCKED/.test(error.message) ? 2 : false),
    ...OPTIONS[use],
  });
  redis.on('error', (error) => onError?.(error));
  return redis;
};
