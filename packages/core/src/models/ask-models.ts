import type { CircuitBreakers } from './circuit-breakers.ts';
import type { ModelClient } from './create-model.ts';
import type { ModelRequest, ModelResponse } from './model-call.ts';
import { withFallbacks } from './with-fallbacks.ts';
import { type RetryOptions, withRetries } from './with-retries.ts';

/** A model that can be asked, and why it is this one. */
export type OpenModel = {
  client: ModelClient;
  /** Provider and key: what fails together. */
  circuit: { key: string; name: string };
  /** In one sentence. */
  reason: string;
};

export type AskModelsOptions = {
  /** Finds what answers for a model id; rejects where nothing does. */
  open: (modelId: string) => Promise<OpenModel>;
  breakers: CircuitBreakers;
  signal: AbortSignal;
  /** Streams when given. */
  onDelta?: ((text: string) => void) | undefined;
  retry?: Omit<RetryOptions, 'timeoutMs' | 'signal'>;
  /** Around each single request: makes it when it may be made. `timeoutMs` is what is left for it. */
  inTurn?: <T>(ask: () => Promise<T>, timeoutMs: number) => Promise<T>;
};

/**
 * Asks a request's model, again where that is worth it, then its fallback models. `timeoutMs` is for each of the models,
 * its retries included.
 */
export const askModels = (
  request: ModelRequest,
  { open, breakers, signal, onDelta, retry = {}, inTurn = (ask) => ask() }: AskModelsOptions,
): Promise<ModelResponse> => {
  const hear = onDelta && separateAttempts(onDelta);
  const askOne = async (modelId: string): Promise<ModelResponse> => {
    const { client, circuit, reason } = await open(modelId);
    const attempt = (timeoutMs: number): Promise<ModelResponse> =>
      inTurn(async () => {
        const now = { ...request, timeoutMs };
        hear?.begin();
        return breakers.run({ ...circuit, timeoutMs }, () =>
          hear ? client.stream(now, { signal, onDelta: hear.onDelta }) : client.generate(now, { signal }),
        );
      }, timeoutMs);
    const response = await withRetries(attempt, { ...retry, timeoutMs: request.timeoutMs, signal });
    return { ...response, reason: joinReasons(reason, response.reason) };
  };
  return withFallbacks([request.model, ...request.fallbackModels], askOne, signal);
};

/** Why this model is for the caller to say; what the model itself adds (an unknown price, that it is no AI) is kept. */
const joinReasons = (why: string, added: string): string => {
  const rest = added.replace('Named by the agent.', '').trim();
  return rest === '' || why.includes(rest) ? why : `${why} ${rest}`;
};

/** What a failed attempt had streamed already cannot be taken back; the next one begins on a new line. */
const separateAttempts = (onDelta: (text: string) => void) => {
  let hasText = false;
  let isNew = false;
  return {
    begin: () => {
      isNew = hasText;
    },
    onDelta: (text: string) => {
      onDelta(isNew ? `\n\n${text}` : text);
      isNew = false;
      hasText = true;
    },
  };
};
