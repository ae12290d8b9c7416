import { capabilitiesOf, type ModelCapabilities } from './capabilities.ts';
import { parseModelId } from './catalog.ts';
import { completeRequest } from './complete-request.ts';
import type { ModelRequestInput, ModelResponse, Usage } from './model-call.ts';
import { type Cost, costOf, type PriceOptions } from './prices.ts';
import type { ProviderConnection } from './sdk-model.ts';

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
      generate: async (request) => (await import('./demo-model.ts')).generateWithDemoModel(request),
      stream: async (request, options) => (await import('./demo-model.ts')).streamWithDemoModel(request, options),
    };
  }
  const ask = async (
    input: ModelRequestInput,
    signal = new AbortController().signal,
    onDelta?: (text: string) => void,
  ) => {
    // The SDKs take a second and many MB to load: whoever asks no provider never does.
    const { callProvider } = await import('./call-provider.ts');
    return callProvider({ connection, name, id, prices }, completeRequest(input), signal, onDelta);
  };
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
