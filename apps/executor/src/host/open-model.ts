import { isExecutionError } from '@agentweaver/core/errors/to-execution-error';
import type { OpenModel } from '@agentweaver/core/models/ask-models';
import { PROVIDERS, type ProviderId } from '@agentweaver/core/models/catalog';
import { createModelClient, type ModelClient, type ModelConnection } from '@agentweaver/core/models/create-model';
import type { ModelResponse } from '@agentweaver/core/models/model-call';
import type { PriceOverrides } from '@agentweaver/core/models/prices';
import type { Metrics } from '../metrics.ts';
import type { CallSource } from './gate/call-limits.ts';
import type { AvailableKey, ResolvedModel } from './resolve-model.ts';

export type OpenModelOptions = {
  /** Decrypts a key; the text goes no further than the call. */
  openKey: (key: AvailableKey) => Promise<string>;
  /** For the workspace's providers, through the egress guard. */
  guardedFetch: typeof globalThis.fetch;
  prices: PriceOverrides;
  metrics: Pick<Metrics, 'modelCalls'>;
};

/** What answers for a resolved model, ready to be asked; each attempt is counted. */
export const openModel = async (options: OpenModelOptions, resolved: ResolvedModel): Promise<OpenModel> => {
  const connection = await connectionOf(options, resolved);
  const client = createModelClient({ model: resolved.id, connection, prices: { overrides: options.prices } });
  return {
    client: counted(client, connection.provider, options.metrics),
    circuit: { key: sourceOf(resolved), name: nameOf(resolved) },
    reason: resolved.reason,
  };
};

const nameOf = (resolved: ResolvedModel): string => {
  switch (resolved.via) {
    case 'key':
      return `${PROVIDERS[resolved.key.provider].name} with the key “${resolved.key.label}”`;
    case 'local':
      return PROVIDERS.openai_compatible.name;
    case 'demo':
      return PROVIDERS.demo.name;
  }
};

/** Where it runs: answers and failures of one place say nothing about another. */
export const sourceOf = (resolved: ResolvedModel): string => {
  switch (resolved.via) {
    case 'key':
      return `key:${resolved.key.id}`;
    case 'local':
      return `local:${resolved.baseUrl}`;
    case 'demo':
      return 'demo';
  }
};

/** What limits its calls; `undefined` for the demo model, which asks nobody. */
export const callSourceOf = (resolved: ResolvedModel): CallSource | undefined => {
  if (resolved.via === 'demo') return undefined;
  const key = resolved.via === 'key' ? resolved.key : undefined;
  return {
    id: sourceOf(resolved),
    name: nameOf(resolved),
    calls: key?.maxConcurrentCalls ?? undefined,
    callsPerMinute: key?.maxCallsPerMinute ?? undefined,
  };
};

const connectionOf = async (
  { openKey, guardedFetch }: OpenModelOptions,
  resolved: ResolvedModel,
): Promise<ModelConnection> => {
  switch (resolved.via) {
    case 'demo':
      return { provider: 'demo' };
    case 'local':
      return { provider: 'openai_compatible', apiKey: '', baseUrl: resolved.baseUrl, fetch: globalThis.fetch };
    case 'key': {
      const { provider, baseUrl } = resolved.key;
      const apiKey = await openKey(resolved.key);
      return { provider, apiKey, ...(baseUrl === null ? {} : { baseUrl }), fetch: guardedFetch };
    }
  }
};

const counted = (
  client: ModelClient,
  provider: ProviderId,
  { modelCalls }: OpenModelOptions['metrics'],
): ModelClient => {
  const count = async (signal: AbortSignal | undefined, ask: () => Promise<ModelResponse>): Promise<ModelResponse> => {
    try {
      const response = await ask();
      modelCalls.inc({ provider, outcome: 'ok' });
      return response;
    } catch (error) {
      const outcome = isExecutionError(error) ? error.data.code : signal?.aborted ? 'aborted' : 'internal';
      modelCalls.inc({ provider, outcome });
      throw error;
    }
  };
  return {
    ...client,
    generate: (request, options) => count(options?.signal, () => client.generate(request, options)),
    stream: (request, options) => count(options.signal, () => client.stream(request, options)),
  };
};
