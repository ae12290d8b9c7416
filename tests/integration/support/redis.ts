import { randomBytes } from 'node:crypto';
import { portAnswers } from './port-answers.ts';

const REDIS_URL = process.env.REDIS_URL ?? 'redis://127.0.0.1:6379';

const answers = (): Promise<boolean> => {
  const { hostname, port } = new URL(REDIS_URL);
  return portAnswers(hostname, Number(port || 6379));
};

/**
 * Where Redis answers (`REDIS_URL`, else the usual port), or undefined: tests that need it are then skipped.
 * With `CI=true` nothing is left out, so it is always there, and they fail instead.
 */
export const redisUrl: string | undefined = process.env.CI === 'true' || (await answers()) ? REDIS_URL : undefined;

/** Names of one test, apart from everything else on that Redis. */
export const redisPrefix = (): string => `agentweaver_test_${randomBytes(4).toString('hex')}`;
