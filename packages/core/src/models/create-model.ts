import { askStreaming, askWhole } from './ask-provider.ts';
import { capabilitiesOf, type ModelCapabilities } from './capabilities.ts';
import { PROVIDERS, parseModelId } from './catalog.ts';
import { completeRequest } from './complete-request.ts';
import { startDeadline } from './deadline.ts';
import { generateWithDemoModel, streamWithDemoModel } from './demo-model.ts';
import type { ModelRequest, ModelRequestInput, ModelResponse, Usage } from './model-call.ts';
import { ModelError } from './model-errors.ts';
import { type Cost, costOf, type PriceOptions } from './prices.ts';
import { toModelError } from './provider-errors.ts';
import { toModelResponse } from './sdk-answer.ts';
import { createSdkModel, type ProviderConnection } from './sdk-model.ts';
import { forceTools, toSdkRequest } from './sdk-request.ts';

export type ModelConnection = ProviderConnection | { provider: 'demo' };

export type ModelClientOptions = {
  /** `provider/model`, or the model's name alone. */
  model: string;
  connection: ModelConnection;
  prices?: PriceOptions;
};

/**
 * One model of one provider. Both ways of asking ask once: retries, fallbacks, cache and circuit breaker are put around
 * it (see `ask-models.ts`). The client's model counts, not the request's. With an `outputSchema` the response carries
 * `output` when the answer was JSON; whether it fits the schema is for the caller to check. Both reject with
 * `ExecutionError` (see `model-errors.ts`), or with the signal's reason when aborted.
 */
export type ModelClient = {
  /** `provider/model`. */
  id: string;
  capabilities: ModelCapabilities;
  generate(request: ModelRequestInput, options?: { signal?: AbortSignal }): Promise<ModelResponse>;
  /** The same, with each piece of text handed on as it comes. */
  stream(
    request: ModelRequestInput,
    options: { signal?: AbortSignal; onDelta: (text: string) => void },
  ): Promise<ModelResponse>;
  cost(usage: Usage): Cost;
};

export const createModelClient = ({ model, connection, prices = {} }: ModelClientOptions): ModelClient => {
  const name = nameOf(model, connection);
  const id = `${connection.provider}/${name}`;
  const client = { id, capabilities: capabilitiesOf(id), cost: (usage: Usage) => costOf(id, usage, prices) };
  if (connection.provider === 'demo') {
    return {
      ...client,
      generate: async (request) => generateWithDemoModel(request),
      stream: async (request, { signal, onDelta }) => streamWithDemoModel(request, { signal, onDelta }),
    };
  }
  const ask = (input: ModelRequestInput, signal = new AbortController().signal, onDelta?: (text: string) => void) =>
    callProvider({ connection, name, id, prices }, completeRequest(input), signal, onDelta);
  return {
    ...client,
    generate: (request, { signal } = {}) => ask(request, signal),
    stream: (request, { signal, onDelta }) => ask(request, signal, onDelta),
  };
};

const nameOf = (model: string, { provider }: ModelConnection): string => {
  const parsed = parseModelId(model);
  return parsed?.provider === provider ? parsed.model : model;
};

type Target = { connection: ProviderConnection; name: string; id: string; prices: PriceOptions };

const callProvider = async (
  { connection, name, id, prices }: Target,
  request: ModelRequest,
  signal: AbortSignal,
  onDelta: ((text: string) => void) | undefined,
): Promise<ModelResponse> => {
  signal.throwIfAborted();
  const providerName = PROVIDERS[connection.provider].name;
  const failed = { providerName, model: name, apiKey: connection.apiKey };
  const deadline = startDeadline(request.timeoutMs, signal);
  const started = performance.now();
  try {
    const model = forceTools(createSdkModel(connection, name), request);
    const options = { model, request: toSdkRequest(request, id), abortSignal: deadline.signal };
    const answer = onDelta ? await askStreaming(options, onDelta) : await askWhole(options);
    const durationMs = performance.now() - started;
    return toModelResponse(answer, { request, modelId: id, providerName, durationMs, prices });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (deadline.isOver()) throw timeoutError(request.timeoutMs, failed);
    throw toModelError(error, failed);
  } finally {
    deadline.clear();
  }
};

const timeoutError = (timeoutMs: number, { providerName, model }: { providerName: string; model: string }) =>
  new ModelError({
    code: 'node_timeout',
    message: `${model} of ${providerName} did not finish its answer within ${timeoutMs / 1_000} s.`,
    hint: 'Raise the agent’s timeout, ask for a shorter answer, or choose a faster model.',
  });
