import { ExecutionError, type ExecutionErrorCode } from '../engine/execution-errors.ts';
import { isExecutionError } from '../errors/to-execution-error.ts';
import type { ModelResponse } from './model-call.ts';
import { isWorthAnother, isWorthRetry } from './model-errors.ts';

type Tried = { model: string; error: ExecutionError };

/**
 * Asks the first model, and each next one where the failure of the one before is worth it. The reason of the answer
 * says which were tried and why they failed. When none answers it is the first failure that time may change, else
 * the first, with the names of the others.
 */
export const withFallbacks = async (
  models: readonly [string, ...string[]],
  ask: (model: string) => Promise<ModelResponse>,
  signal: AbortSignal,
): Promise<ModelResponse> => {
  const tried: Tried[] = [];
  for (const model of models) {
    try {
      const response = await ask(model);
      return tried.length === 0 ? response : { ...response, reason: `${describeAll(tried)} ${response.reason}` };
    } catch (error) {
      if (signal.aborted || !isExecutionError(error)) throw error;
      tried.push({ model, error });
      if (!isWorthAnother(error.data.code)) break;
    }
  }
  throw toFailure(tried);
};

const describeAll = (tried: readonly Tried[]): string =>
  `Fallback: ${tried.map(({ model, error }) => `${model} failed (${WORDS[error.data.code] ?? error.data.code})`).join(', ')}.`;

const WORDS: Partial<Record<ExecutionErrorCode, string>> = {
  model_rate_limited: 'rate limited',
  model_overloaded: 'overloaded',
  model_unavailable: 'not available',
  model_malformed: 'answer could not be read',
  node_timeout: 'too slow',
  model_context_too_long: 'too much text for it',
  model_invalid_key: 'key refused',
  model_refused: 'refused',
};

const toFailure = (tried: readonly Tried[]): unknown => {
  const main = tried.find(({ error }) => isWorthRetry(error)) ?? tried[0];
  if (!main || tried.length === 1) return main?.error;
  const others = tried.filter((one) => one !== main);
  const { data, retryAfterMs } = main.error;
  return new ExecutionError(
    { ...data, message: `${data.message} ${describeAll(others)}` },
    { cause: main.error, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) },
  );
};
