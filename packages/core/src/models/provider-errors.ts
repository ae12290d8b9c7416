import { APICallError, RetryError } from 'ai';
import { ExecutionError } from '../engine/execution-errors.ts';
import { ModelError, type ModelErrorCode } from './model-errors.ts';

/** Whose failure it is, for the message. */
export type FailedCall = { providerName: string; model: string; apiKey: string };

const MAX_DETAIL = 500;

const CONTEXT_TOO_LONG =
  /context[_ ](?:length|window)|maximum context|prompt is too long|too many (?:input )?tokens|input token count|exceeds? the (?:maximum|model'?s?)[^.]{0,40}tokens|request_too_large/i;
const CONTENT_FILTER =
  /content[_ -]?(?:filter|policy|management)|safety|usage polic|moderation|prohibited_content|invalid_prompt/i;
const OUT_OF_CREDIT =
  /insufficient_quota|credit balance|billing_hard_limit|payment required|exceeded your current quota[^.]*billing/i;

/** Google says so with 400, not 401. */
const INVALID_KEY = /API_KEY_INVALID|API key not valid|invalid_api_key/i;

/**
 * Any failure of a model call as an `ExecutionError`. `ExecutionError`s thrown by the connection's own `fetch` (a denied
 * address) pass unchanged. Messages hold what the provider said, never the key.
 */
export const toModelError = (thrown: unknown, call: FailedCall): ExecutionError => {
  const error = RetryError.isInstance(thrown) ? thrown.lastError : thrown;
  const own = findExecutionError(error);
  if (own) return own;
  if (!APICallError.isInstance(error)) return fromOtherError(error, call);
  const status = error.statusCode;
  const detail = redact(providerMessage(error) ?? error.message, call.apiKey);
  const failure = classify(status, `${detail} ${error.responseBody ?? ''}`, call, detail);
  return toError(failure, { retryAfterMs: retryAfterMs(error) });
};

type Failure = { code: ModelErrorCode; message: string; hint: string; isLasting?: boolean };

const toError = (
  { isLasting = false, ...data }: Failure,
  options: { retryAfterMs?: number | undefined; cause?: unknown },
): ModelError => new ModelError({ ...data, message: data.message.slice(0, 1_000) }, { ...options, isLasting });

const classify = (
  status: number | undefined,
  evidence: string,
  { providerName, model }: FailedCall,
  detail: string,
): Failure => {
  const failure = (code: ModelErrorCode, what: string, hint: string): Failure => ({
    code,
    message: `${providerName} ${what}: ${detail}`,
    hint,
  });
  if (status === 402 || OUT_OF_CREDIT.test(evidence)) {
    return {
      ...failure(
        'model_unavailable',
        'has no credit left for this key',
        'Add credit at the provider, or use another provider’s model.',
      ),
      isLasting: true,
    };
  }
  if (status === 401 || status === 403 || (status === 400 && INVALID_KEY.test(evidence))) {
    return failure(
      'model_invalid_key',
      'refused the key',
      'Check the provider key in the settings, and that it may use this model.',
    );
  }
  if (status === 413 || (isClientError(status) && CONTEXT_TOO_LONG.test(evidence))) {
    return failure(
      'model_context_too_long',
      `cannot take this much text for ${model}`,
      'Shorten the prompt, or choose a model with a larger context.',
    );
  }
  if (status === 404) {
    return {
      ...failure('model_unavailable', `has no model ${model} for this key`, 'Choose another model in the agent.'),
      isLasting: true,
    };
  }
  if (status === 429)
    return failure(
      'model_rate_limited',
      'limits the rate',
      'Allow retries in the agent, or raise the limit at the provider.',
    );
  if (isClientError(status)) {
    return CONTENT_FILTER.test(evidence)
      ? failure('model_refused', 'filtered the content', 'Change the prompt so that it keeps to the provider’s rules.')
      : failure(
          'model_refused',
          'did not accept the request',
          'Check the agent’s settings against what the model supports.',
        );
  }
  if (status === undefined)
    return failure('model_unavailable', 'could not be reached', 'Check the network and the base URL, then try again.');
  if (status < 400)
    return failure(
      'model_malformed',
      'answered in a form that could not be read',
      'Try again; if it stays, check the base URL.',
    );
  if (status === 503 || status === 529)
    return failure('model_overloaded', 'is overloaded', 'Try again later, or name fallback models in the agent.');
  return failure('model_unavailable', 'is not available right now', 'Try again later, or allow retries in the agent.');
};

const isClientError = (status: number | undefined): boolean =>
  status !== undefined && status >= 400 && status < 500 && status !== 408 && status !== 429;

/** What reaches us outside of an HTTP answer: broken JSON, an error event in a stream, a closed connection. */
const fromOtherError = (error: unknown, call: FailedCall): ExecutionError => {
  const detail = redact(error instanceof Error ? error.message : describeEvent(error), call.apiKey);
  return toError(classify(statusOfEvent(error, detail), detail, call, detail), { cause: error });
};

/** Errors inside a stream come as the provider's own objects, without a status. */
const statusOfEvent = (error: unknown, detail: string): number | undefined => {
  const text = `${describeEvent(error)} ${detail}`;
  if (/overloaded|unavailable/i.test(text)) return 503;
  if (/server_error|api_error/i.test(text)) return 500;
  if (/rate_limit/i.test(text)) return 429;
  if (/authentication|invalid_api_key/i.test(text)) return 401;
  if (/invalid_request|content_filter/i.test(text)) return 400;
  return /fetch failed|network|socket|ECONN|terminated/i.test(text) ? undefined : 200;
};

const describeEvent = (error: unknown): string => {
  if (typeof error === 'string') return error;
  try {
    return JSON.stringify(error) ?? String(error);
  } catch {
    return String(error);
  }
};

/** The sentence in the body: `error.message` with Anthropic, OpenAI and Google alike. */
const providerMessage = ({ responseBody }: APICallError): string | undefined => {
  try {
    const body: unknown = JSON.parse(responseBody ?? '');
    const holder = Array.isArray(body) ? body[0] : body;
    const error: unknown = holder?.error ?? holder;
    if (typeof error === 'string') return error;
    if (typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string') {
      return error.message;
    }
  } catch {
    // Not JSON: the error's own message says enough.
  }
  return undefined;
};

const redact = (text: string, apiKey: string): string => {
  const withoutKey = apiKey.length >= 8 ? text.replaceAll(apiKey, '[key]') : text;
  return withoutKey.replace(/\b(?:sk|AIza|key)[-_][\w*-]{6,}/g, '[key]').slice(0, MAX_DETAIL);
};

const findExecutionError = (error: unknown): ExecutionError | undefined => {
  let current = error;
  for (let depth = 0; depth < 5 && current instanceof Error; depth++) {
    if (current instanceof ExecutionError) return current;
    current = current.cause;
  }
  return undefined;
};

/** From the headers, in seconds, ms or as a date, or from Google's `retryDelay` in the body. */
const retryAfterMs = ({ responseHeaders = {}, responseBody = '' }: APICallError): number | undefined => {
  const inMs = Number(responseHeaders['retry-after-ms']);
  if (responseHeaders['retry-after-ms'] && Number.isFinite(inMs)) return Math.max(0, inMs);
  const header = responseHeaders['retry-after'];
  if (header) {
    const seconds = Number(header);
    const until = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(header) - Date.now();
    return Number.isFinite(until) ? Math.max(0, until) : undefined;
  }
  const delay = /"retryDelay"\s*:\s*"([\d.]+)s"/.exec(responseBody)?.[1];
  return delay ? Number(delay) * 1_000 : undefined;
};
