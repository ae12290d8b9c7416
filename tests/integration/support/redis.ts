import { randomBytes } from 'node:crypto';
import { createConnection } from 'node:net';

const REDIS_URL = process.env.REDIS_URL ?? 'redis://127.0.0.1:6379';

const answers = (): Promise<boolean> => {
  const { hostname, port } = new URL(REDIS_URL);
  return new Promise((resolve) => {
    const socket = createConnection({ host: hostname, port: Number(port || 6379), timeout: 1_000 });
    const done = (result: boolean) => {
      socket.destroy();
      resolve(result);
    };
    socket.once('connect', () => done(true));
    socket.once('error', () => done(false));
    socket.once('timeout', () => done(false));
  });
};

/**
 * Where Redis answers (`REDIS_URL`, else the usual port), or undefined: tests that need it are then skipped.
 * With `CI=true` nothing is left out, so it is always there, and they fail instead.
 */
export const redisUrl: string | undefined = process.env.CI === 'true' || (await answers()) ? REDIS_URL : undefined;

/** Names of one test, apart from everything else on that Redis. */
export const redisPrefix = (): string => `agentweaver_test_${randomBytes(4).toString('hex')}`;
