import { setTimeout as delay } from 'node:timers/promises';
import { isDatabaseTrouble } from './database-trouble.ts';

const RETRY_MS = 250;

/**
 * Repeats a write while the database is away, for at most `forMs`. Only for what does no harm when it is done twice: a
 * connection may break after the database has done it.
 */
export const patiently = async <T>(work: () => Promise<T>, { forMs = 60_000 }: { forMs?: number } = {}): Promise<T> => {
  const until = performance.now() + forMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isDatabaseTrouble(error) || performance.now() > until) throw error;
      await delay(RETRY_MS);
    }
  }
};
