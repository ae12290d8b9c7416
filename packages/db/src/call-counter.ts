import { RateLimiterMemory, RateLimiterPostgres, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { poolOf } from './client.ts';
import type { PrismaClient } from './generated/client.ts';
import { openRedis } from './redis.ts';

/** Counts what all processes together have taken of something in the current window. */
export type CallCounter = {
  /**
   * Takes `amount` more. `taken` is then the sum of everybody since the window began, `msLeft` when it ends. While the
   * store is away this process counts by itself: looser, but nobody waits for it.
   */
  take(key: string, amount: number): Promise<{ taken: number; msLeft: number }>;
  close(): Promise<void>;
};

export type CallCounterConfig = {
  prisma: PrismaClient;
  /** Set: counted there. Otherwise in PostgreSQL. */
  redisUrl?: string | undefined;
  windowSeconds: number;
  /** Several installations on one Redis. */
  prefix?: string;
  onError?: (error: Error) => void;
};

/** The library compares with one limit for all keys; callers compare with that of the key. Fits the column. */
const NO_LIMIT = 2_000_000_000;

export const createCallCounter = ({
  prisma,
  redisUrl,
  windowSeconds,
  prefix = 'agentweaver',
  onError,
}: CallCounterConfig): CallCounter => {
  const options = {
    keyPrefix: `${prefix}:calls`,
    points: NO_LIMIT,
    duration: windowSeconds,
    insuranceLimiter: new RateLimiterMemory({ points: NO_LIMIT, duration: windowSeconds }),
  };
  const redis = redisUrl === undefined ? undefined : openRedis(redisUrl, 'count', onError);
  const limiter = redis
    ? new RateLimiterRedis({ ...options, storeClient: redis })
    : new RateLimiterPostgres({
        ...options,
        storeClient: poolOf(prisma),
        storeType: 'pool',
        tableName: 'rate_limits',
        tableCreated: true,
      });
  return {
    take: async (key, amount) => {
      const { consumedPoints: taken, msBeforeNext: msLeft } = await consume(limiter, key, amount);
      return { taken, msLeft };
    },
    close: async () => {
      redis?.disconnect();
    },
  };
};

const consume = async (
  limiter: RateLimiterRedis | RateLimiterPostgres,
  key: string,
  amount: number,
): Promise<RateLimiterRes> => {
  try {
    return await limiter.consume(key, amount);
  } catch (refusal) {
    // Far above every limit, but an answer.
    if (refusal instanceof RateLimiterRes) return refusal;
    throw refusal;
  }
};
