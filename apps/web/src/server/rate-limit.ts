import { AppError } from '@agentweaver/core/errors/app-error';
import { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { getEnv } from './env.ts';
import { log } from './log.ts';
import { existingGlobal, processGlobal } from './process-global.ts';

/** `points` calls per `duration` seconds and key. */
const LIMITS = {
  /** Per address and e-mail; forgotten after a success. */
  sign_in: { points: 10, duration: 15 * 60 },
  /** Per address alone, against trying one password on many accounts. */
  sign_in_address: { points: 100, duration: 15 * 60 },
  sign_up: { points: 20, duration: 60 * 60 },
  /** Per token. */
  rest: { points: 600, duration: 60 },
  /** Per address, for calls whose token is wrong. */
  rest_refused: { points: 60, duration: 60 },
  /** Per webhook. */
  webhook: { points: 600, duration: 60 },
  /** Per address, for calls of no webhook or without its signature. */
  webhook_refused: { points: 60, duration: 60 },
  /** Per webhook: refused calls that are written down. */
  webhook_refusal_kept: { points: 20, duration: 60 },
  /** Per workspace: a test reaches out to a provider. */
  provider_key_test: { points: 20, duration: 60 },
  /** Per workspace: a test reaches out to a server that somebody named. */
  credential_test: { points: 20, duration: 60 },
  /** Per user: granting access by OAuth2. */
  credential_connect: { points: 30, duration: 60 * 60 },
  /** Per user. */
  create_workspace: { points: 20, duration: 60 * 60 },
} as const;

export type LimitName = keyof typeof LIMITS;

/** Where a caller stands; `resetSeconds` is when the window ends. */
export type LimitState = { limit: number; remaining: number; resetSeconds: number };

type Limiter = RateLimiterMemory | RateLimiterRedis;

const connect = (redisUrl: string): Redis => {
  const redis = new Redis(redisUrl, { enableOfflineQueue: false, maxRetriesPerRequest: 1, commandTimeout: 1_000 });
  redis.on('error', (error) =>
    log.warn({ err: error.message }, 'rate limits fall back to memory: Redis does not answer'),
  );
  return redis;
};

const limiter = (name: LimitName): Limiter =>
  processGlobal(`limiter:${name}`, () => {
    const options = { ...LIMITS[name], keyPrefix: `agentweaver:limit:${name}` };
    const memory = new RateLimiterMemory(options);
    const { REDIS_URL } = getEnv();
    if (!REDIS_URL) return memory;
    const storeClient = processGlobal('limiter-redis', () => connect(REDIS_URL));
    // Without Redis each process counts by itself: looser, but nobody is locked out.
    return new RateLimiterRedis({ ...options, storeClient, insuranceLimiter: memory });
  });

const stateOf = (name: LimitName, result: RateLimiterRes): LimitState => ({
  limit: LIMITS[name].points,
  remaining: Math.max(0, result.remainingPoints),
  resetSeconds: Math.max(1, Math.ceil(result.msBeforeNext / 1_000)),
});

/** Takes one call from the key's allowance; `allowed` is false when there was none left. */
export const takeFromLimit = async (name: LimitName, key: string): Promise<LimitState & { allowed: boolean }> => {
  try {
    return { allowed: true, ...stateOf(name, await limiter(name).consume(key)) };
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    return { allowed: false, ...stateOf(name, refusal) };
  }
};

const tooManyRequests = (state: LimitState): AppError =>
  new AppError('rate_limited', {
    publicMessage: `Too many requests. Try again in ${state.resetSeconds} s.`,
    retryAfterSeconds: state.resetSeconds,
  });

/** The same, as an `AppError` `rate_limited`. */
export const enforceLimit = async (name: LimitName, key: string): Promise<LimitState> => {
  const { allowed, ...state } = await takeFromLimit(name, key);
  if (!allowed) throw tooManyRequests(state);
  return state;
};

export const forgetLimit = async (name: LimitName, key: string): Promise<void> => {
  await limiter(name).delete(key);
};

export const closeRateLimits = (): void => existingGlobal<Redis>('limiter-redis')?.disconnect();
