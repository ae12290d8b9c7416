import { ExecutionError, type ExecutionErrorCode } from '../engine/execution-errors.ts';
import { isExecutionError } from '../errors/to-execution-error.ts';

/** What is worth doing after a failure: the same call once more, or the same request to another model. */
export type Worth = { retry: boolean; another: boolean };

/**
 * Every way a model call can fail, whatever the provider. `retry`: another attempt at the same model may pass by
 * itself. `another`: the next of `fallbackModels` may answer.
 *
 * | code | what happened |
 * |---|---|
 * | `model_rate_limited` | too many requests or tokens for this key (429); `retryAfterMs` where the provider says it |
 * | `model_overloaded` | the provider has too much to do, for everybody (503, 529) |
 * | `model_unavailable` | not reached, a fault on the other side (5xx), no such model (404), no credit (402), paused by the circuit breaker. The two in the middle last: `isLasting` |
 * | `model_malformed` | it answered, and the answer cannot be read: no JSON, a broken chunk, a stream without an end |
 * | `node_timeout` | no whole answer within the request's `timeoutMs` |
 * | `model_context_too_long` | more text than the model takes; another one may take more |
 * | `model_invalid_key` | the key is refused (401, 403); another provider has another key |
 * | `model_refused` | the request or the answer is against the provider's rules, or the request is wrong. Asking elsewhere would only go round the rules |
 */
export const MODEL_ERRORS = {
  model_rate_limited: { retry: true, another: true },
  model_overloaded: { retry: true, another: true },
  model_unavailable: { retry: true, another: true },
  model_malformed: { retry: true, another: true },
  node_timeout: { retry: false, another: true },
  model_context_too_long: { retry: false, another: true },
  model_invalid_key: { retry: false, another: true },
  model_refused: { retry: false, another: false },
} as const satisfies Partial<Record<ExecutionErrorCode, Worth>>;

export type ModelErrorCode = keyof typeof MODEL_ERRORS;

const worthOf = (code: ExecutionErrorCode): Worth =>
  code in MODEL_ERRORS ? MODEL_ERRORS[code as ModelErrorCode] : NONE;
const NONE: Worth = { retry: false, another: false };

/** Whether the next of a request's fallback models should be asked after this failure. */
export const isWorthAnother = (code: ExecutionErrorCode): boolean => worthOf(code).another;

/** Whether the same model should be asked again after this failure. */
export const isWorthRetry = (error: unknown): error is ExecutionError =>
  isExecutionError(error) && worthOf(error.data.code).retry && !('isLasting' in error && error.isLasting === true);

/** A failed model call. */
export class ModelError extends ExecutionError {
  /** Time alone changes nothing about it, although its code says so of others. */
  readonly isLasting: boolean;

  constructor(
    data: ExecutionError['data'] & { code: ModelErrorCode },
    { isLasting = false, ...options }: { isLasting?: boolean; cause?: unknown; retryAfterMs?: number | undefined } = {},
  ) {
    super(data, options);
    this.isLasting = isLasting;
  }
}
