/** Limits of a model key's own; `null` is none, and those of the workspace hold all the same. */
export type KeyLimits = {
  /** Calls under way at once, in one executor. */
  maxConcurrentCalls: number | null;
  /** Calls that begin in a minute, in all executors together. */
  maxCallsPerMinute: number | null;
};

/** Above what any provider allows one key. */
export const MAX_CONCURRENT_CALLS = 10_000;
export const MAX_CALLS_PER_MINUTE = 1_000_000;
