import { createHash } from 'node:crypto';
import { ExecutionError } from '@agentweaver/core/engine/execution-errors';
import type { ProviderConnection } from '@agentweaver/core/models/create-model';
import { generateWithDemoModel } from '@agentweaver/core/models/demo-model';
import type { ModelRequest, ModelResponse, Usage } from '@agentweaver/core/models/model-call';
import { costOf } from '@agentweaver/core/models/prices';
import { generateWithProvider } from '@agentweaver/core/models/providers';
import type { Metrics } from '../metrics.ts';
import type { Budget } from './budget.ts';
import type { DeltaPublisher } from './delta-publisher.ts';
import type { HostCall } from './host-calls.ts';
import type { LocalModels } from './local-models.ts';
import { type AvailableKey, type ResolvedModel, resolveModel } from './resolve-model.ts';

/** Which paid call it is, so that a resumed execution finds its answer. */
export type CallKey = { nodeId: string; attempt: number; callIndex: number; requestHash: string };

export type ModelCallMemo = {
  /** The answer of this very call, when it was made and answered before. */
  find(key: CallKey): Promise<ModelResponse | undefined>;
  /** Notes the call before it is made. */
  begin(key: CallKey, resolved: { provider: string; model: string }): Promise<void>;
  settle(key: CallKey, response: ModelResponse): Promise<void>;
};

export type ModelServiceOptions = {
  keys: readonly AvailableKey[];
  /** Decrypts a key; the text goes no further than the call. */
  openKey: (key: AvailableKey) => Promise<string>;
  local: () => LocalModels | undefined;
  memo: ModelCallMemo;
  budget: Budget;
  /** For the workspace's providers, through the egress guard. */
  guardedFetch: typeof globalThis.fetch;
  deltas: DeltaPublisher;
  metrics: Pick<Metrics, 'modelCalls' | 'modelTokens' | 'modelCost'>;
};

export type ModelService = {
  generate(request: ModelRequest, call: HostCall): Promise<ModelResponse>;
  /** What a step's calls used, answers from memory included. */
  metered(nodeId: string): { model: string; usage: Usage; costUsd: number } | undefined;
};

/** The model calls of one execution: which model, whether the budget allows it, the call, and what it cost. */
export const createModelService = (options: ModelServiceOptions): ModelService => {
  const { memo, budget, deltas, metrics } = options;
  const meters = new Map<string, { model: string; usage: Usage; costUsd: number }>();

  const meter = (nodeId: string, response: ModelResponse): ModelResponse => {
    const sum = meters.get(nodeId);
    const usage = sum ? addUsage(sum.usage, response.usage) : response.usage;
    meters.set(nodeId, { model: response.model, usage, costUsd: (sum?.costUsd ?? 0) + response.costUsd });
    return response;
  };

  return {
    metered: (nodeId) => meters.get(nodeId),
    generate: async (request, call) => {
      const key = callKeyOf(request, call);
      const known = await memo.find(key);
      if (known) {
        metrics.modelCalls.inc({ provider: providerOf(known.model), outcome: 'memo' });
        return meter(call.nodeId, known);
      }
      const resolved = resolveModel(request.model, { keys: options.keys, local: options.local() });
      const reservation = await budget.reserve(mostItCanCost(request, resolved));
      const provider = providerOf(resolved.id);
      try {
        await memo.begin(key, { provider, model: resolved.id });
        const answer = await ask(options, request, resolved, call);
        const response = { ...answer, reason: reasonOf(resolved, answer) };
        reservation.settle(response.costUsd);
        await memo.settle(key, response);
        metrics.modelCalls.inc({ provider, outcome: 'ok' });
        metrics.modelTokens.inc({ provider, direction: 'input' }, response.usage.inputTokens);
        metrics.modelTokens.inc({ provider, direction: 'output' }, response.usage.outputTokens);
        metrics.modelCost.inc({ provider }, response.costUsd);
        return meter(call.nodeId, response);
      } catch (error) {
        const outcome =
          error instanceof ExecutionError ? error.data.code : call.signal.aborted ? 'aborted' : 'internal';
        metrics.modelCalls.inc({ provider, outcome });
        throw error;
      } finally {
        reservation.settle(0);
        deltas.flush();
      }
    },
  };
};

const ask = async (
  { openKey, guardedFetch, deltas }: ModelServiceOptions,
  request: ModelRequest,
  resolved: ResolvedModel,
  { nodeId, signal }: HostCall,
): Promise<ModelResponse> => {
  const named = { ...request, model: resolved.id };
  if (resolved.via === 'demo') return generateWithDemoModel(named);
  const connection: ProviderConnection =
    resolved.via === 'local'
      ? { provider: 'openai_compatible', apiKey: '', baseUrl: resolved.baseUrl, fetch: globalThis.fetch }
      : {
          provider: resolved.key.provider,
          apiKey: await openKey(resolved.key),
          ...(resolved.key.baseUrl === null ? {} : { baseUrl: resolved.key.baseUrl }),
          fetch: guardedFetch,
        };
  return generateWithProvider(connection, named, signal, (text) => deltas.add(nodeId, text));
};

const providerOf = (modelId: string): string => modelId.slice(0, modelId.indexOf('/'));

/** Which model and why is the host's to say; what the provider adds (an unknown price) is kept. */
const reasonOf = (resolved: ResolvedModel, answer: ModelResponse): string => {
  if (resolved.via === 'demo') return resolved.reason;
  const price = /Its price is not known[^.]*\./.exec(answer.reason)?.[0];
  return price && resolved.via !== 'local' ? `${resolved.reason} ${price}` : resolved.reason;
};

/** A token holds three bytes of text at the least, on average, in all the languages that were measured. */
const BYTES_PER_TOKEN = 3;

/** Upper estimate in US dollars; 0 for a model without a known price. */
const mostItCanCost = (request: ModelRequest, { id, via }: ResolvedModel): number => {
  if (via !== 'key') return 0;
  const schema = request.outputSchema ? JSON.stringify(request.outputSchema) : '';
  const bytes = Buffer.byteLength(request.role + request.personality + request.prompt + schema);
  return costOf(id, {
    inputTokens: Math.ceil(bytes / BYTES_PER_TOKEN) + 100,
    outputTokens: request.maxTokens,
    cachedInputTokens: 0,
    reasoningTokens: 0,
  }).costUsd;
};

/** Everything the answer depends on, apart from time: the time limit may change without making it another request. */
const callKeyOf = (
  { timeoutMs: _timeoutMs, ...request }: ModelRequest,
  { nodeId, attempt, index }: HostCall,
): CallKey => ({
  nodeId,
  attempt,
  callIndex: index,
  requestHash: createHash('sha256').update(JSON.stringify(request)).digest('hex'),
});

const addUsage = (a: Usage, b: Usage): Usage => ({
  inputTokens: a.inputTokens + b.inputTokens,
  outputTokens: a.outputTokens + b.outputTokens,
  cachedInputTokens: a.cachedInputTokens + b.cachedInputTokens,
  reasoningTokens: a.reasoningTokens + b.reasoningTokens,
});
