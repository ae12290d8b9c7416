import type { RetryPolicy } from '../definition/workflow-definition.ts';
import { isExecutionError, toExecutionErrorData } from '../errors/to-execution-error.ts';
import { EXECUTION_ERRORS } from './execution-errors.ts';
import { MAX_BACKOFF_MS } from './limits.ts';

/**
 * How long to wait before the attempt after this one, in ms; `undefined` when there is none. Backoff grows by the
 * policy's factor and never goes below what the other side asked for. There is no jitter: a run repeats exactly.
 */
export const delayBeforeRetry = (
  policy: RetryPolicy | undefined,
  attempt: number,
  error: unknown,
): number | undefined => {
  if (!policy || attempt >= policy.maxAttempts) return undefined;
  if (!EXECUTION_ERRORS[toExecutionErrorData(error).code].retryable) return undefined;
  const backoffMs = Math.min(policy.backoffMs * policy.backoffFactor ** (attempt - 1), MAX_BACKOFF_MS);
  return Math.max(backoffMs, (isExecutionError(error) && error.retryAfterMs) || 0);
};
