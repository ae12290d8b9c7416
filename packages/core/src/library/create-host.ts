import { ExecutionError } from '../engine/execution-errors.ts';
import type { Host } from '../host/host.ts';
import { createInProcessHost, type InProcessHostOptions } from '../host/in-process-host.ts';
import { askModels, type OpenModel } from '../models/ask-models.ts';
import { PROVIDERS, type ProviderId, parseModelId } from '../models/catalog.ts';
import { createCircuitBreakers } from '../models/circuit-breakers.ts';
import { completeRequest } from '../models/complete-request.ts';
import { createModelClient } from '../models/create-model.ts';
import { DEMO_MODEL_ID } from '../models/demo/identity.ts';
import type { PriceOptions } from '../models/prices.ts';
import { type CacheStore, cacheKeyOf, createMemoryCache, findCached, keepAnswer } from '../models/response-cache.ts';

export type ProviderAccess = {
  apiKey?: string;
  /** Replaces the provider's own address; needed for `openai_compatible` (Ollama, llama.cpp, vLLM, a gateway). */
  baseUrl?: string;
  /** What `auto` takes here. Needed for `openai_compatible`, the others have one. */
  defaultModel?: string;
};

export type ModelProviders = Partial<Record<Exclude<ProviderId, 'demo'>, ProviderAccess>>;

export type HostOptions = Omit<InProcessHostOptions, 'generate'> & {
  /** Who may be asked. With none, the offline demo model answers: fixed rules, not an AI. */
  models?: ModelProviders;
  /** Prices of models that the list does not have. */
  prices?: PriceOptions;
  /** Keeps answers for agents with a `cacheTtl`; in memory when absent. */
  cache?: CacheStore;
};

/** A host that knows which model `auto` is, so that a budget can tell what a call may cost. */
export type ModelHost = Host & { resolveModel: (modelId: string) => string; prices: PriceOptions };

/** In this order `auto` takes the first that there is. */
const AUTO_ORDER = ['anthropic', 'openai', 'google', 'openai_compatible'] as const;

/**
 * A host in this process, from provider keys: models with retries, fallbacks, streaming and a cache; HTTP, files and the
 * other ports as `createInProcessHost` has them. Keys go to their provider and nowhere else. Nothing here is a sandbox:
 * Code nodes run in a thread of this process.
 *
 * @example
 * const host = createHost({ models: { anthropic: { apiKey: process.env.ANTHROPIC_API_KEY } } });
 */
export const createHost = ({
  models = {},
  prices = {},
  cache = createMemoryCache(),
  ...rest
}: HostOptions = {}): ModelHost => {
  const breakers = createCircuitBreakers();
  const fetch = rest.fetch ?? globalThis.fetch;
  const open = async (modelId: string): Promise<OpenModel> => openModel(modelId, { models, prices, fetch });
  const resolveModel = (modelId: string) => (modelId === 'auto' ? autoModel(models).id : modelId);
  const generate: Host['model']['generate'] = async (input, { signal, onDelta }) => {
    const request = completeRequest(input);
    const ttlSeconds = request.cacheTtlSeconds;
    const id = resolveModel(request.model);
    const key = ttlSeconds > 0 ? cacheKeyOf(request, { id, source: sourceOf(id, models) }) : '';
    const now = () => host.clock.now();
    const kept = await findCached(cache, key, { ttlSeconds, now: now() });
    if (kept) return kept;
    const response = await askModels(request, { open, breakers, signal, onDelta });
    await keepAnswer(cache, key, response, { ttlSeconds, now: now() });
    return response;
  };
  const host = createInProcessHost({ ...rest, generate });
  return { ...host, resolveModel, prices };
};

type Access = { models: ModelProviders; prices: PriceOptions; fetch: typeof globalThis.fetch };

const openModel = (asked: string, { models, prices, fetch }: Access): OpenModel => {
  const { id, reason } = asked === 'auto' ? autoModel(models) : { id: asked, reason: 'Named by the agent.' };
  const { provider, model } = parseModelId(id) ?? unknownModel(id);
  if (provider === 'demo') {
    const client = createModelClient({ model, connection: { provider } });
    return { client, circuit: { key: provider, name: PROVIDERS.demo.name }, reason };
  }
  const access = models[provider];
  if (!access) throw notConfigured(id, provider);
  const { apiKey = '', baseUrl } = access;
  const connection = { provider, apiKey, fetch, ...(baseUrl === undefined ? {} : { baseUrl }) };
  return {
    client: createModelClient({ model, connection, prices }),
    circuit: { key: `${provider} ${baseUrl ?? ''}`, name: PROVIDERS[provider].name },
    reason,
  };
};

const autoModel = (models: ModelProviders): { id: string; reason: string } => {
  for (const provider of AUTO_ORDER) {
    const access = models[provider];
    const model = access && (access.defaultModel ?? PROVIDERS[provider].defaultModel);
    if (model === undefined) continue;
    const id = parseModelId(model)?.provider === provider ? model : `${provider}/${model}`;
    return { id, reason: `Chosen automatically: the default model of ${PROVIDERS[provider].name}.` };
  }
  return { id: DEMO_MODEL_ID, reason: 'Chosen automatically: no provider is configured.' };
};

/** Two servers may have a model of one name. */
const sourceOf = (id: string, models: ModelProviders): string => {
  const provider = parseModelId(id)?.provider;
  return (provider && provider !== 'demo' && models[provider]?.baseUrl) || (provider ?? '');
};

const unknownModel = (id: string): never => {
  throw new ExecutionError({
    code: 'model_unavailable',
    message: `“${id}” names no model.`,
    hint: 'Write provider/model, such as anthropic/claude-sonnet-5-5, or auto.',
  });
};

const notConfigured = (id: string, provider: Exclude<ProviderId, 'demo'>): ExecutionError =>
  new ExecutionError({
    code: 'model_unavailable',
    message: `${id} cannot be asked: there is no access to ${PROVIDERS[provider].name}.`,
    hint: `Give it to the host: createHost({ models: { ${provider}: { apiKey: … } } }).`,
  });
