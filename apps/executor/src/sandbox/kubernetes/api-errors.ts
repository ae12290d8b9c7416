import { setTimeout as delay } from 'node:timers/promises';
import { ApiException } from '@kubernetes/client-node';
import { z } from 'zod';

const statusSchema = z.object({ reason: z.string().optional(), message: z.string().optional() });

/** What the API server says in a `Status` object, or that it did not answer. */
export type ApiFailure = { code: number | undefined; reason: string | undefined; message: string };

/** `code` is undefined when no answer came: a refused connection, one that broke, a timeout. */
export const failureOf = (error: unknown): ApiFailure => {
  if (!(error instanceof ApiException)) {
    const code = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
    return {
      code: typeof code === 'number' ? code : undefined,
      reason: undefined,
      message: error instanceof Error ? describe(error) : String(error),
    };
  }
  const status = statusSchema.safeParse(parseBody(error.body));
  return {
    code: error.code,
    reason: status.data?.reason,
    message: status.data?.message ?? `the API server answered ${error.code}`,
  };
};

/** `fetch` hides why it failed in the cause. */
const describe = (error: Error): string => (error.cause instanceof Error ? error.cause.message : error.message);

const parseBody = (body: unknown): unknown => {
  if (typeof body !== 'string') return body;
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
};

export const isGone = (error: unknown): boolean => failureOf(error).code === 404;

/** Another writer was first, as with a quota that many Pods count on; not: it exists already. */
const isConflict = ({ code, reason }: ApiFailure): boolean => code === 409 && reason === 'Conflict';

const PASSING = new Set([429, 500, 502, 503, 504]);
const ATTEMPTS = 5;
const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 5_000;

/** Repeats what an API server that is busy, restarting or away did not do. Only for requests that do no harm twice. */
export const withRetry = async <T>(request: () => Promise<T>): Promise<T> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await request();
    } catch (error) {
      const failure = failureOf(error);
      const passing = failure.code === undefined || PASSING.has(failure.code) || isConflict(failure);
      if (!passing || attempt === ATTEMPTS) throw error;
      const backOff = FIRST_DELAY_MS * 2 ** (attempt - 1) * (1 + Math.random());
      await delay(Math.min(Math.max(backOff, retryAfterMs(error)), LONGEST_DELAY_MS));
    }
  }
};

const retryAfterMs = (error: unknown): number => {
  const seconds = error instanceof ApiException ? Number(error.headers['retry-after']) : Number.NaN;
  return Number.isFinite(seconds) ? seconds * 1_000 : 0;
};
