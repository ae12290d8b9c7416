import { createHash } from 'node:crypto';
import { type ModelRequest, type ModelResponse, NO_USAGE } from './model-call.ts';

export type CachedAnswer = { response: ModelResponse /** Ms since the epoch. */; storedAt: number };

/** Where answers are kept; one for each workspace. */
export type CacheStore = {
  get(key: string): Promise<CachedAnswer | undefined>;
  set(key: string, answer: CachedAnswer): Promise<void>;
};

/**
 * Everything that an answer depends on: the model and where it runs, messages, tools, parameters. Not the time limit, the
 * fallbacks and the cache's own setting.
 */
export const cacheKeyOf = (request: ModelRequest, model: { id: string; source: string }): string => {
  const { timeoutMs: _time, fallbackModels: _others, cacheTtlSeconds: _ttl, ...asked } = request;
  const { model: _model, quiet: _quiet, ...rest } = asked;
  return createHash('sha256')
    .update(stableJson({ ...rest, model }))
    .digest('hex');
};

/** The kept answer when there is one that is young enough. It costs nothing, and its reason says how old it is. */
export const findCached = async (
  store: CacheStore,
  key: string,
  { ttlSeconds, now }: { ttlSeconds: number; now: number },
): Promise<ModelResponse | undefined> => {
  if (ttlSeconds <= 0) return undefined;
  const found = await store.get(key);
  const ageSeconds = found ? (now - found.storedAt) / 1_000 : Number.POSITIVE_INFINITY;
  if (!found || ageSeconds > ttlSeconds) return undefined;
  const reason = `From the response cache, ${Math.max(0, Math.round(ageSeconds))} s old: the same request was answered before.`;
  return { ...found.response, reason, usage: NO_USAGE, costUsd: 0, durationMs: 0, cached: true };
};

/** Keeps an answer, unless it is cut off or filtered: the next one may be better. */
export const keepAnswer = async (
  store: CacheStore,
  key: string,
  response: ModelResponse,
  { ttlSeconds, now }: { ttlSeconds: number; now: number },
): Promise<void> => {
  const isWhole = response.finishReason === 'stop' || response.finishReason === 'tool_calls';
  if (ttlSeconds > 0 && isWhole && !response.cached) await store.set(key, { response, storedAt: now });
};

/** For a process; forgets the oldest beyond `maxEntries`. */
export const createMemoryCache = ({ maxEntries = 1_000 }: { maxEntries?: number } = {}): CacheStore => {
  const answers = new Map<string, CachedAnswer>();
  return {
    get: async (key) => answers.get(key),
    set: async (key, answer) => {
      answers.delete(key);
      answers.set(key, answer);
      const [oldest] = answers.keys();
      if (answers.size > maxEntries && oldest !== undefined) answers.delete(oldest);
    },
  };
};

/** The same text for the same value, in whatever order its members were written. */
const stableJson = (value: unknown): string =>
  JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
