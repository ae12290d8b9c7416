import { isWorthRetry } from './model-errors.ts';

export type RetryOptions = {
  /** For all attempts and the waits between them, in ms. */
  timeoutMs: number;
  signal: AbortSignal;
  /** The first included. */
  maxAttempts?: number;
  /** Before the second attempt where the provider does not say how long; doubled each time. In ms. */
  baseDelayMs?: number;
  /** Ms, of any clock that only goes forward. */
  now?: () => number;
  /** Rejects with the signal's reason when aborted. */
  sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
  /** From 0 to 1. */
  random?: () => number;
};

export const RETRY_DEFAULTS = { maxAttempts: 3, baseDelayMs: 500 } as const;
/** With less time than this no request is made. */
const LEAST_ATTEMPT_MS = 100;
/** Callers that were told the same time to wait must not come back together. */
const RETRY_AFTER_JITTER = 0.2;

/**
 * Calls until it succeeds, a failure is not worth another attempt, or the time does not allow one. Each attempt is told
 * the time that is left for it. A wait that the provider asked for is kept to; where it would take longer than there is
 * time, the failure is thrown at once and still says how long.
 */
export const withRetries = async <T>(
  attempt: (timeoutMs: number) => Promise<T>,
  {
    timeoutMs,
    signal,
    maxAttempts = RETRY_DEFAULTS.maxAttempts,
    baseDelayMs = RETRY_DEFAULTS.baseDelayMs,
    now = () => performance.now(),
    sleep = sleepFor,
    random = Math.random,
  }: RetryOptions,
): Promise<T> => {
  const end = now() + timeoutMs;
  for (let number = 1; ; number += 1) {
    try {
      return await attempt(Math.floor(end - now()));
    } catch (error) {
      if (signal.aborted || number >= maxAttempts || !isWorthRetry(error)) throw error;
      const delay = delayOf(error.retryAfterMs, number, { baseDelayMs, random });
      if (now() + delay + LEAST_ATTEMPT_MS > end) throw error;
      await sleep(delay, signal);
    }
  }
};

const delayOf = (
  retryAfterMs: number | undefined,
  failed: number,
  { baseDelayMs, random }: { baseDelayMs: number; random: () => number },
): number => {
  if (retryAfterMs !== undefined) return Math.round(retryAfterMs * (1 + RETRY_AFTER_JITTER * random()));
  const most = baseDelayMs * 2 ** (failed - 1);
  return Math.ceil(most / 2 + (most / 2) * random());
};

const sleepFor = async (ms: number, signal: AbortSignal): Promise<void> => {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const stop = () => reject(signal.reason);
  const timer = setTimeout(resolve, ms);
  signal.addEventListener('abort', stop, { once: true });
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
};
