import { describe, expect, it } from 'vitest';
import { EXECUTION_ERRORS, ExecutionError, type ExecutionErrorCode } from '../engine/execution-errors.ts';
import { askModels, type OpenModel } from './ask-models.ts';
import { createCircuitBreakers } from './circuit-breakers.ts';
import { completeRequest } from './complete-request.ts';
import { createModelClient, type ModelClient } from './create-model.ts';
import { type ModelRequestInput, type ModelResponse, userMessage } from './model-call.ts';
import { isWorthAnother, isWorthRetry, MODEL_ERRORS, ModelError, type ModelErrorCode } from './model-errors.ts';
import { cacheKeyOf, createMemoryCache, findCached, keepAnswer } from './response-cache.ts';
import { withFallbacks } from './with-fallbacks.ts';
import { withRetries } from './with-retries.ts';

const failure = (code: ModelErrorCode, more: { retryAfterMs?: number; isLasting?: boolean } = {}) =>
  new ModelError({ code, message: `It was ${code}.` }, more);
const signal = new AbortController().signal;
const requestOf = (more: Partial<ModelRequestInput> = {}) =>
  completeRequest({
    role: 'Poet',
    personality: '',
    model: 'openai/a',
    messages: [userMessage('Hi')],
    temperature: 0.3,
    maxTokens: 100,
    timeoutMs: 10_000,
    ...more,
  });
const answer = (more: Partial<ModelResponse> = {}): ModelResponse => ({
  text: 'Hello',
  message: { role: 'assistant', content: [] },
  toolCalls: [],
  model: 'openai/a',
  reason: 'Named by the agent.',
  usage: { inputTokens: 3, outputTokens: 1, cachedInputTokens: 0, reasoningTokens: 0 },
  costUsd: 0.1,
  durationMs: 20,
  finishReason: 'stop',
  cached: false,
  ...more,
});

describe('the taxonomy', () => {
  it('says of each failure what it is worth', () => {
    const another = Object.keys(MODEL_ERRORS).filter((code) => isWorthAnother(code as ExecutionErrorCode));
    expect(another).toEqual([
      'model_rate_limited',
      'model_overloaded',
      'model_unavailable',
      'model_malformed',
      'node_timeout',
      'model_context_too_long',
      'model_invalid_key',
    ]);
    const retried = Object.keys(MODEL_ERRORS).filter((code) => isWorthRetry(failure(code as ModelErrorCode)));
    expect(retried).toEqual(['model_rate_limited', 'model_overloaded', 'model_unavailable', 'model_malformed']);
    expect(isWorthRetry(failure('model_unavailable', { isLasting: true }))).toBe(false);
    expect(isWorthRetry(new Error('no'))).toBe(false);
  });

  it('is worth nothing outside of models, and retries nothing that the engine would not', () => {
    for (const code of Object.keys(EXECUTION_ERRORS) as ExecutionErrorCode[]) {
      const isModels = code in MODEL_ERRORS;
      if (!isModels)
        expect([isWorthAnother(code), isWorthRetry(new ExecutionError({ code, message: '' }))]).toEqual([false, false]);
      if (isModels && MODEL_ERRORS[code as ModelErrorCode].retry) expect(EXECUTION_ERRORS[code].retryable).toBe(true);
    }
  });
});

/** Attempts on a clock that only waits move. */
const run = (
  outcomes: (ModelErrorCode | 'ok' | ModelError)[],
  options: { timeoutMs?: number; random?: number; maxAttempts?: number } = {},
) => {
  let now = 1_000;
  const waits: number[] = [];
  const given: number[] = [];
  const result = withRetries(
    async (timeoutMs) => {
      given.push(timeoutMs);
      const outcome = outcomes[given.length - 1] ?? 'ok';
      if (outcome === 'ok') return 'answer';
      throw typeof outcome === 'string' ? failure(outcome) : outcome;
    },
    {
      timeoutMs: options.timeoutMs ?? 60_000,
      signal,
      now: () => now,
      random: () => options.random ?? 0,
      sleep: async (ms) => {
        waits.push(ms);
        now += ms;
      },
      ...(options.maxAttempts ? { maxAttempts: options.maxAttempts } : {}),
    },
  );
  return { result, waits, given };
};

describe('retries', () => {
  it('wait longer each time, with jitter, and know the time that is left', async () => {
    const calm = run(['model_overloaded', 'model_malformed']);
    expect(await calm.result).toBe('answer');
    expect(calm.waits).toEqual([250, 500]);
    expect(calm.given).toEqual([60_000, 59_750, 59_250]);
    const late = run(['model_overloaded', 'model_malformed'], { random: 1 });
    await late.result;
    expect(late.waits).toEqual([500, 1_000]);
  });

  it('keep to what the provider says, and never come back before', async () => {
    for (const random of [0, 0.5, 1]) {
      const { result, waits } = run([failure('model_rate_limited', { retryAfterMs: 7_000 })], { random });
      await result;
      expect(waits).toEqual([7_000 + 1_400 * random]);
    }
  });

  it('end at the third attempt, with the last failure', async () => {
    const { result, given } = run(['model_overloaded', 'model_overloaded', 'model_rate_limited', 'ok']);
    await expect(result).rejects.toMatchObject({ data: { code: 'model_rate_limited' } });
    expect(given).toHaveLength(3);
    await expect(run(['model_overloaded'], { maxAttempts: 1 }).result).rejects.toThrow();
  });

  it('are not made where they cannot help', async () => {
    for (const code of ['node_timeout', 'model_refused', 'model_invalid_key', 'model_context_too_long'] as const) {
      const { result, given } = run([code]);
      await expect(result).rejects.toMatchObject({ data: { code } });
      expect(given).toHaveLength(1);
    }
    const lasting = run([failure('model_unavailable', { isLasting: true })]);
    await expect(lasting.result).rejects.toThrow();
    expect(lasting.given).toHaveLength(1);
  });

  it('fail at once where the wait is longer than the time, and still say how long', async () => {
    const { result, waits } = run([failure('model_rate_limited', { retryAfterMs: 5_000 })], { timeoutMs: 5_099 });
    await expect(result).rejects.toMatchObject({ retryAfterMs: 5_000 });
    expect(waits).toEqual([]);
    const enough = run([failure('model_rate_limited', { retryAfterMs: 5_000 })], { timeoutMs: 5_100 });
    expect(await enough.result).toBe('answer');
    expect(enough.given).toEqual([5_100, 100]);
  });

  it('stop waiting when cancelled', async () => {
    const controller = new AbortController();
    const waiting = withRetries(() => Promise.reject(failure('model_rate_limited', { retryAfterMs: 3_000 })), {
      timeoutMs: 60_000,
      signal: controller.signal,
    });
    setTimeout(() => controller.abort(new Error('cancelled')), 5);
    await expect(waiting).rejects.toThrow('cancelled');
    await expect(
      withRetries(() => Promise.reject(failure('model_overloaded')), {
        timeoutMs: 60_000,
        signal: AbortSignal.abort(),
      }),
    ).rejects.toThrow('model_overloaded');
  });

  it('really wait without a clock of their own', async () => {
    let count = 0;
    const attempt = async () => {
      count += 1;
      if (count === 1) throw failure('model_overloaded');
      return count;
    };
    expect(await withRetries(attempt, { timeoutMs: 5_000, signal, baseDelayMs: 2 })).toBe(2);
  });
});

describe('fallbacks', () => {
  const chain = (
    failures: Record<string, unknown>,
    models: [string, ...string[]] = ['openai/a', 'google/b', 'demo/c'],
  ) => {
    const asked: string[] = [];
    const result = withFallbacks(
      models,
      async (model) => {
        asked.push(model);
        if (failures[model]) throw failures[model];
        return answer({ model, reason: 'Why not.' });
      },
      signal,
    );
    return { result, asked };
  };

  it('are not asked while the first one answers', async () => {
    const { result, asked } = chain({});
    expect(await result).toMatchObject({ model: 'openai/a', reason: 'Why not.' });
    expect(asked).toEqual(['openai/a']);
  });

  it('answer in order, and say which failed and why', async () => {
    const { result, asked } = chain({ 'openai/a': failure('model_invalid_key'), 'google/b': failure('node_timeout') });
    expect(await result).toMatchObject({
      model: 'demo/c',
      reason: 'Fallback: openai/a failed (key refused), google/b failed (too slow). Why not.',
    });
    expect(asked).toEqual(['openai/a', 'google/b', 'demo/c']);
  });

  it('are not asked after a refusal, and not for faults that are no model’s', async () => {
    const refused = chain({ 'openai/a': failure('model_refused') });
    await expect(refused.result).rejects.toMatchObject({
      data: { code: 'model_refused', message: 'It was model_refused.' },
    });
    expect(refused.asked).toEqual(['openai/a']);
    const fault = chain({ 'openai/a': new Error('bug') });
    await expect(fault.result).rejects.toThrow('bug');
    expect(fault.asked).toHaveLength(1);
  });

  it('all failing give the failure that time may change, with the names of the others', async () => {
    const { result } = chain({
      'openai/a': failure('model_invalid_key'),
      'google/b': failure('model_rate_limited', { retryAfterMs: 9 }),
      'demo/c': failure('node_timeout'),
    });
    await expect(result).rejects.toMatchObject({
      data: {
        code: 'model_rate_limited',
        message: 'It was model_rate_limited. Fallback: openai/a failed (key refused), demo/c failed (too slow).',
      },
      retryAfterMs: 9,
    });
    const lasting = chain({ 'openai/a': failure('model_invalid_key'), 'google/b': failure('node_timeout') }, [
      'openai/a',
      'google/b',
    ]);
    await expect(lasting.result).rejects.toMatchObject({
      data: { code: 'model_invalid_key' },
      retryAfterMs: undefined,
    });
  });

  it('are not asked once the call is cancelled', async () => {
    const result = withFallbacks(
      ['a/a', 'b/b'],
      () => Promise.reject(failure('model_overloaded')),
      AbortSignal.abort(),
    );
    await expect(result).rejects.toMatchObject({ data: { message: 'It was model_overloaded.' } });
  });
});

describe('the response cache', () => {
  const model = { id: 'openai/a', source: 'key:1' };

  it('knows a request by everything that its answer depends on', () => {
    const key = cacheKeyOf(requestOf(), model);
    expect(
      cacheKeyOf(
        requestOf({ timeoutMs: 99_999, cacheTtlSeconds: 5, fallbackModels: ['demo/x'], model: 'auto' }),
        model,
      ),
    ).toBe(key);
    const schema = { type: 'object', properties: { a: {}, b: {} } };
    const turned = { properties: { b: {}, a: {} }, type: 'object' };
    expect(cacheKeyOf(requestOf({ outputSchema: schema }), model)).toBe(
      cacheKeyOf(requestOf({ outputSchema: turned }), model),
    );
    const others: Partial<ModelRequestInput>[] = [
      { role: 'Critic' },
      { personality: 'rude' },
      { messages: [userMessage('Ho')] },
      { temperature: 0.4 },
      { maxTokens: 101 },
      { reasoningEffort: 'low' },
      { outputSchema: schema },
      { tools: [{ name: 't', description: '', inputSchema: {} }] },
      { toolChoice: 'none' },
    ];
    const keys = [
      ...others.map((more) => cacheKeyOf(requestOf(more), model)),
      cacheKeyOf(requestOf(), { ...model, source: 'key:2' }),
      cacheKeyOf(requestOf(), { ...model, id: 'openai/b' }),
    ];
    expect(new Set([key, ...keys]).size).toBe(others.length + 3);
  });

  it('gives what is young enough, at no cost', async () => {
    const store = createMemoryCache();
    await keepAnswer(store, 'k', answer(), { ttlSeconds: 60, now: 1_000 });
    expect(await findCached(store, 'k', { ttlSeconds: 60, now: 61_000 })).toEqual({
      ...answer(),
      reason: 'From the response cache, 60 s old: the same request was answered before.',
      usage: { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0, reasoningTokens: 0 },
      costUsd: 0,
      durationMs: 0,
      cached: true,
    });
    expect(await findCached(store, 'k', { ttlSeconds: 60, now: 61_001 })).toBeUndefined();
    expect(await findCached(store, 'k', { ttlSeconds: 0, now: 1_000 })).toBeUndefined();
    expect(await findCached(store, 'other', { ttlSeconds: 60, now: 1_000 })).toBeUndefined();
  });

  it('keeps whole answers only', async () => {
    const store = createMemoryCache();
    const keep = async (key: string, more: Partial<ModelResponse>, ttlSeconds = 60) => {
      await keepAnswer(store, key, answer(more), { ttlSeconds, now: 0 });
      return (await store.get(key)) !== undefined;
    };
    expect(await keep('stop', {})).toBe(true);
    expect(await keep('tools', { finishReason: 'tool_calls' })).toBe(true);
    expect(await keep('length', { finishReason: 'length' })).toBe(false);
    expect(await keep('filtered', { finishReason: 'content_filter' })).toBe(false);
    expect(await keep('cached', { cached: true })).toBe(false);
    expect(await keep('off', {}, 0)).toBe(false);
  });

  it('in memory forgets the oldest', async () => {
    const store = createMemoryCache({ maxEntries: 2 });
    for (const key of ['a', 'b', 'a', 'c']) await store.set(key, { response: answer(), storedAt: 0 });
    expect(await Promise.all(['a', 'b', 'c'].map(async (key) => (await store.get(key)) !== undefined))).toEqual([
      true,
      false,
      true,
    ]);
  });
});

describe('asking models', () => {
  const client = (
    ask: (timeoutMs: number, onDelta?: (text: string) => void) => Promise<ModelResponse>,
  ): ModelClient => ({
    ...createModelClient({ model: 'demo/demo-model', connection: { provider: 'demo' } }),
    generate: (request) => ask(request.timeoutMs),
    stream: (request, { onDelta }) => ask(request.timeoutMs, onDelta),
  });
  const open =
    (models: Record<string, ModelClient>) =>
    async (id: string): Promise<OpenModel> => {
      const found = models[id];
      if (!found) throw failure('model_unavailable', { isLasting: true });
      return { client: found, circuit: { key: id, name: id }, reason: `${id} was chosen.` };
    };
  const retry = { sleep: async () => undefined };

  it('tries again, then the next, and says why it is this one', async () => {
    let attempts = 0;
    const models = {
      'openai/a': client(async () => {
        attempts += 1;
        throw failure('model_overloaded');
      }),
      'google/b': client(async () =>
        answer({ model: 'google/b', reason: 'Named by the agent. Its price is not known, so its cost counts as 0.' }),
      ),
    };
    const request = requestOf({ fallbackModels: ['anthropic/none', 'google/b'] });
    const response = await askModels(request, { open: open(models), breakers: createCircuitBreakers(), signal, retry });
    expect(attempts).toBe(3);
    expect(response.reason).toBe(
      'Fallback: openai/a failed (overloaded), anthropic/none failed (not available). google/b was chosen. Its price is not known, so its cost counts as 0.',
    );
  });

  it('begins on a new line what a failed attempt had begun to stream', async () => {
    let attempts = 0;
    const models = {
      'openai/a': client(async (_, onDelta) => {
        attempts += 1;
        onDelta?.('Hel');
        if (attempts < 3) throw failure('model_malformed');
        onDelta?.('lo');
        return answer();
      }),
    };
    const pieces: string[] = [];
    await askModels(requestOf(), {
      open: open(models),
      breakers: createCircuitBreakers(),
      signal,
      retry,
      onDelta: (text) => pieces.push(text),
    });
    expect(pieces).toEqual(['Hel', '\n\nHel', '\n\nHel', 'lo']);
  });

  it('keeps what a model says of itself, once', async () => {
    const reason = 'Demo model (offline, not an AI): fixed rules that need no key and cost nothing.';
    const opened = async (): Promise<OpenModel> => ({
      client: client(async () => answer({ reason })),
      circuit: { key: 'demo', name: 'Demo' },
      reason: 'Chosen automatically.',
    });
    const options = { open: opened, breakers: createCircuitBreakers(), signal };
    expect((await askModels(requestOf(), options)).reason).toBe(`Chosen automatically. ${reason}`);
  });
});
