import type { Amount } from '@agentweaver/core/budget/amount';
import { estimateCall } from '@agentweaver/core/budget/estimate';
import { createSpender } from '@agentweaver/core/budget/spend';
import { stepKey } from '@agentweaver/core/engine/step-key';
import { askModels } from '@agentweaver/core/models/ask-models';
import type { CircuitBreakers } from '@agentweaver/core/models/circuit-breakers';
import { addUsage, type ModelRequest, type ModelResponse, type Usage } from '@agentweaver/core/models/model-call';
import type { PriceOverrides } from '@agentweaver/core/models/prices';
import { type CacheStore, cacheKeyOf, findCached, keepAnswer } from '@agentweaver/core/models/response-cache';
import { hashJson } from '@agentweaver/db/json';
import type { StepRef } from '../execution/step-places.ts';
import type { Metrics } from '../metrics.ts';
import { traceModelCall } from '../tracing/model-trace.ts';
import { MAX_CALL_WAIT_MS } from '../tunables.ts';
import type { AskForBudget } from './ask-for-budget.ts';
import type { BudgetScopes } from './budget-scopes.ts';
import type { DeltaPublisher } from './delta-publisher.ts';
import type { CallTurns } from './gate/call-gate.ts';
import type { HostCall } from './host-calls.ts';
import type { LocalModels } from './local-models.ts';
import type { CallKey, ModelCallMemo } from './model-call-memo.ts';
import { callSourceOf, openModel, sourceOf } from './open-model.ts';
import { type AvailableKey, type ResolvedModel, resolveModel } from './resolve-model.ts';

export type ModelServiceOptions = {
  keys: readonly AvailableKey[];
  /** Decrypts a key; the text goes no further than the call. */
  openKey: (key: AvailableKey) => Promise<string>;
  local: () => LocalModels | undefined;
  memo: ModelCallMemo;
  budgets: BudgetScopes;
  askForBudget: AskForBudget;
  /** Shared by all executions of this process. */
  breakers: CircuitBreakers;
  cache: CacheStore;
  prices: PriceOverrides;
  /** For the workspace's providers, through the egress guard. */
  guardedFetch: typeof globalThis.fetch;
  deltas: DeltaPublisher;
  /** Each request to a provider waits for its turn. */
  turns: CallTurns;
  metrics: Pick<Metrics, 'modelCalls' | 'modelTokens' | 'modelCost'>;
  /** Ms since the epoch. */
  now?: () => number;
};

/** `cached`: every answer came from the response cache. */
type Sum = { model: string; usage: Usage; costUsd: number; cached: boolean };

export type ModelService = {
  generate(request: ModelRequest, call: HostCall): Promise<ModelResponse>;
  /** What a step's calls used, answers from memory included. */
  metered(step: StepRef): Sum | undefined;
};

/** Whether a provider was asked at all, and the ms that the call only waited for its turn. */
type CallProgress = { asked: boolean; waitedMs: number };

/** Calls may go on for a moment after their time limit, until they are found to be over. In ms. */
const GRACE_MS = 30_000;

/**
 * The model calls of one execution. In this order: an answer that was paid for already, which model it is, the response
 * cache, whether the budgets allow it, the call with its retries and fallbacks, and what it cost.
 */
export const createModelService = (options: ModelServiceOptions): ModelService => {
  const { keys, local, memo, budgets, askForBudget, breakers, cache, prices, deltas, turns, metrics } = options;
  const { now = Date.now } = options;
  const spend = createSpender();
  const meters = new Map<string, Sum>();

  const meter = (call: HostCall, response: ModelResponse): ModelResponse => {
    const key = stepKey(call.nodeId, call.iteration);
    const sum = meters.get(key);
    const usage = sum ? addUsage(sum.usage, response.usage) : response.usage;
    const costUsd = (sum?.costUsd ?? 0) + response.costUsd;
    meters.set(key, { model: response.model, usage, costUsd, cached: response.cached && (sum?.cached ?? true) });
    return response;
  };
  const resolve = (modelId: string): ResolvedModel => resolveModel(modelId, { keys, local: local() });
  const estimate = (request: ModelRequest): Amount => estimateCall(withIds(request, resolve), { overrides: prices });

  /** Of the first model of the request; with that one out of reach there is nothing to look for. */
  const findKept = async (request: ModelRequest): Promise<ModelResponse | undefined> => {
    if (request.cacheTtlSeconds === 0) return undefined;
    const resolved = tryResolve(request.model, resolve);
    if (!resolved) return undefined;
    const ageLimits = { ttlSeconds: request.cacheTtlSeconds, now: now() };
    return findCached(cache, cacheKeyOf(request, { id: resolved.id, source: sourceOf(resolved) }), ageLimits);
  };

  const make = async (
    request: ModelRequest,
    { key, call, progress }: { key: CallKey; call: HostCall; progress: CallProgress },
  ): Promise<ModelResponse> => {
    const { signal, listener } = call;
    const most = estimate(request);
    const forMs = most.seconds * 1_000 + GRACE_MS + MAX_CALL_WAIT_MS * (1 + request.fallbackModels.length);
    const first = tryResolve(request.model, resolve)?.id ?? request.model;
    await memo.begin(key, { model: first, mostUsd: most.usd, forMs, signal });
    const trace = traceModelCall(request);
    let used: ResolvedModel | undefined;
    let response: ModelResponse;
    try {
      const open = async (modelId: string) => {
        const resolved = resolve(modelId);
        used = resolved;
        return trace.opened(resolved, await openModel(options, resolved));
      };
      const inTurn = async <T>(ask: () => Promise<T>, timeoutMs: number): Promise<T> => {
        const since = performance.now();
        const askNow = () => {
          progress.waitedMs += performance.now() - since;
          progress.asked = true;
          return ask();
        };
        const source = used && callSourceOf(used);
        if (!source) return askNow();
        return turns.run({ kind: 'model', signal, source, patienceMs: timeoutMs, listener }, askNow);
      };
      response = await askModels(request, {
        open,
        breakers,
        signal,
        onDelta: (text) => deltas.add(call, text),
        inTurn,
        // Waiting for a turn is not the model's time.
        retry: { now: () => performance.now() - progress.waitedMs },
      });
    } catch (error) {
      trace.failed(error, signal);
      // What cannot be given back now is free when its time is over; the failure of the call is what counts.
      await memo.release(key).catch(() => undefined);
      throw error;
    }
    trace.answered(response);
    await memo.settle(key, response);
    if (used) await keep(request, response, used);
    return response;
  };

  const keep = async (request: ModelRequest, response: ModelResponse, used: ResolvedModel): Promise<void> => {
    const key = cacheKeyOf(request, { id: used.id, source: sourceOf(used) });
    const ageLimits = { ttlSeconds: request.cacheTtlSeconds, now: now() };
    // The answer is there and paid for: it must not be lost because the cache does not take it.
    await keepAnswer(cache, key, response, ageLimits).catch(() => undefined);
  };

  const count = ({ model, usage, costUsd }: ModelResponse): void => {
    const provider = providerOf(model);
    metrics.modelTokens.inc({ provider, direction: 'input' }, usage.inputTokens);
    metrics.modelTokens.inc({ provider, direction: 'output' }, usage.outputTokens);
    metrics.modelCost.inc({ provider }, costUsd);
  };

  return {
    metered: ({ nodeId, iteration }) => meters.get(stepKey(nodeId, iteration)),
    generate: async (request, call) => {
      const key = callKeyOf(request, call);
      const known = await memo.find(key);
      if (known) {
        metrics.modelCalls.inc({ provider: providerOf(known.model), outcome: 'memo' });
        return meter(call, known);
      }
      const kept = await findKept(request);
      if (kept) {
        metrics.modelCalls.inc({ provider: providerOf(kept.model), outcome: 'cached' });
        // Noted as well: a resumed execution gets the same answer, also when the cache has another by then.
        await memo.begin(key, { model: kept.model, mostUsd: 0, forMs: 0, signal: call.signal });
        await memo.settle(key, kept);
        return meter(call, kept);
      }
      const progress: CallProgress = { asked: false, waitedMs: 0 };
      try {
        const response = await spend(request, {
          scopes: budgets.of(call),
          estimate,
          signal: call.signal,
          ask: (reached) => askForBudget(reached, call),
          make: (allowed) => make(allowed, { key, call, progress }),
          progress: () => progress,
        });
        count(response);
        return meter(call, response);
      } finally {
        deltas.flush();
      }
    },
  };
};

const providerOf = (modelId: string): string => modelId.slice(0, modelId.indexOf('/'));

const tryResolve = (modelId: string, resolve: (modelId: string) => ResolvedModel): ResolvedModel | undefined => {
  try {
    return resolve(modelId);
  } catch {
    // Why nothing answers for it is said when it is asked.
    return undefined;
  }
};

/** With the models' own ids, by which their prices are known; what nothing answers for costs nothing. */
const withIds = (request: ModelRequest, resolve: (modelId: string) => ResolvedModel): ModelRequest => ({
  ...request,
  model: tryResolve(request.model, resolve)?.id ?? request.model,
  fallbackModels: request.fallbackModels.map((model) => tryResolve(model, resolve)?.id ?? model),
});

/** Everything the answer depends on, apart from time: the time limit may change without making it another request. */
const callKeyOf = (
  { timeoutMs: _timeoutMs, ...request }: ModelRequest,
  { nodeId, iteration, attempt, index }: HostCall,
): CallKey => ({ nodeId, iteration, attempt, callIndex: index, requestHash: hashJson(request) });
