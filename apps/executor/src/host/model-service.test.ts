import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ReachedLimit } from '@agentweaver/core/budget/decide';
import { type WorkflowDefinition, workflowDefinitionSchema } from '@agentweaver/core/definition/workflow-definition';
import { createEgressAgent } from '@agentweaver/core/egress/egress-agent';
import { createGuardedFetch } from '@agentweaver/core/egress/guarded-fetch';
import { Suspended } from '@agentweaver/core/host/suspended';
import { createCircuitBreakers } from '@agentweaver/core/models/circuit-breakers';
import {
  type ModelRequest,
  type ModelResponse,
  modelRequestSchema,
  userMessage,
} from '@agentweaver/core/models/model-call';
import { createMemoryCache } from '@agentweaver/core/models/response-cache';
import type { StepUsage } from '@agentweaver/db/model-call-store';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createMetrics } from '../metrics.ts';
import { createBudgetScopes } from './budget-scopes.ts';
import { createDeltaPublisher } from './delta-publisher.ts';
import type { HostCall } from './host-calls.ts';
import type { CallKey, ModelCallMemo } from './model-call-memo.ts';
import { createModelService, type ModelServiceOptions } from './model-service.ts';
import type { AvailableKey } from './resolve-model.ts';
import { createTestTurns } from './testing/open-gate.ts';

/** Answers as an OpenAI-compatible server does, streaming two pieces. */
const startServer = async (): Promise<{ server: Server; url: string; calls: { authorization?: string }[] }> => {
  const calls: { authorization?: string }[] = [];
  const server = createServer((request, response) => {
    calls.push({ authorization: request.headers.authorization });
    request.resume();
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const chunk = (body: Record<string, unknown>) =>
      response.write(
        `data: ${JSON.stringify({ id: '1', object: 'chat.completion.chunk', created: 1, model: 'm', ...body })}\n\n`,
      );
    chunk({ choices: [{ index: 0, delta: { role: 'assistant', content: 'Hello ' } }] });
    chunk({ choices: [{ index: 0, delta: { content: 'world' }, finish_reason: 'stop' }] });
    chunk({ choices: [], usage: { prompt_tokens: 11, completion_tokens: 2, total_tokens: 13 } });
    response.end('data: [DONE]\n\n');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, calls };
};

const createMemo = () => {
  const rows = new Map<string, ModelResponse | undefined>();
  const begun: { model: string; mostUsd: number }[] = [];
  const released: CallKey[] = [];
  const idOf = (key: CallKey) => JSON.stringify(key);
  const memo: ModelCallMemo = {
    find: async (key) => rows.get(idOf(key)),
    begin: async (key, { model, mostUsd }) => {
      begun.push({ model, mostUsd });
      rows.set(idOf(key), undefined);
    },
    release: async (key) => void released.push(key),
    settle: async (key, response) => void rows.set(idOf(key), response),
  };
  return { memo, rows, begun, released };
};

const request = ({ prompt = 'Say hello.', ...body }: Partial<ModelRequest> & { prompt?: string } = {}): ModelRequest =>
  modelRequestSchema.parse({
    role: 'writer',
    personality: '',
    model: 'auto',
    messages: [userMessage(prompt)],
    temperature: 0.7,
    maxTokens: 100,
    timeoutMs: 5_000,
    ...body,
  });
const call = (body: Partial<HostCall> = {}): HostCall => ({
  nodeId: 'a',
  iteration: '',
  attempt: 1,
  index: 0,
  signal: new AbortController().signal,
  ...body,
});

let provider: Awaited<ReturnType<typeof startServer>>;
let deltas: string[];
beforeEach(async () => {
  provider = await startServer();
  deltas = [];
});
afterEach(() => {
  provider.server.closeAllConnections();
  provider.server.close();
});

const key = (body: Partial<AvailableKey> = {}): AvailableKey => ({
  id: 'k',
  provider: 'openai_compatible',
  label: 'Mine',
  baseUrl: provider.url,
  models: ['m'],
  maxConcurrentCalls: null,
  maxCallsPerMinute: null,
  ...body,
});

const settingsOf = (settings: object, node: object = {}) =>
  workflowDefinitionSchema.parse({ nodes: [{ id: 'a', type: 'agent', name: 'A', ...node }], edges: [], settings });

const setUp = (
  options: Partial<ModelServiceOptions> & { open?: boolean; definition?: WorkflowDefinition; usage?: StepUsage[] } = {},
) => {
  const { memo, rows, begun, released } = createMemo();
  const privateHosts = options.open === false ? [] : [{ host: '127.0.0.1' }];
  const metrics = createMetrics({
    tenantLabels: false,
    queueCounts: async () => ({ waiting: 0, active: 0, delayed: 0 }),
    readWaiting: async () => ({
      waiting: { interactive: 0, batch: 0 },
      oldestSeconds: { interactive: 0, batch: 0 },
      claimable: 0,
    }),
    slots: 1,
  });
  const asked: ReachedLimit[] = [];
  const definition = options.definition ?? settingsOf({});
  const service = createModelService({
    keys: [key()],
    openKey: async () => 'the-key',
    local: () => undefined,
    memo,
    budgets: createBudgetScopes({ definition, usage: options.usage ?? [] }),
    askForBudget: async (reached) => {
      asked.push(reached);
      throw new Suspended({ kind: 'budget' });
    },
    breakers: createCircuitBreakers(),
    cache: createMemoryCache(),
    prices: new Map(),
    guardedFetch: createGuardedFetch({ agent: createEgressAgent({ privateHosts }), privateHosts }),
    deltas: createDeltaPublisher(async (message) => void (message.type === 'delta' && deltas.push(message.text)), {
      delayMs: 1,
    }),
    turns: createTestTurns(),
    metrics,
    ...options,
  });
  return { service, rows, metrics, begun, released, asked };
};

describe('a call', () => {
  test('goes to the resolved model with the key, streams, and is metered', async () => {
    const { service, metrics } = setUp();
    const response = await service.generate(request(), call());
    expect(response).toMatchObject({
      text: 'Hello world',
      model: 'openai_compatible/m',
      reason: expect.stringContaining('Mine'),
      usage: { inputTokens: 11, outputTokens: 2 },
    });
    expect(provider.calls).toEqual([{ authorization: 'Bearer the-key' }]);
    expect(deltas.join('')).toBe('Hello world');
    expect(service.metered({ nodeId: 'a', iteration: '' })).toMatchObject({
      model: 'openai_compatible/m',
      usage: { inputTokens: 11 },
    });
    expect(service.metered({ nodeId: 'a', iteration: 'each[0]' })).toBeUndefined();
    expect(await metrics.registry.metrics()).toContain(
      'agentweaver_model_calls_total{provider="openai_compatible",outcome="ok"} 1',
    );
  });

  test('that was answered before is not made again', async () => {
    const { service } = setUp();
    const first = await service.generate(request(), call());
    expect(await service.generate(request({ timeoutMs: 9_000 }), call())).toEqual(first);
    expect(provider.calls).toHaveLength(1);
    await service.generate(request({ prompt: 'Another.' }), call());
    await service.generate(request(), call({ attempt: 2 }));
    await service.generate(request(), call({ iteration: 'each[0]' }));
    expect(provider.calls).toHaveLength(4);
    expect(service.metered({ nodeId: 'a', iteration: '' })?.usage.inputTokens).toBe(44);
  });

  test('that was begun and never answered is made again', async () => {
    const { service, rows } = setUp();
    await service.generate(request(), call());
    for (const id of rows.keys()) rows.set(id, undefined);
    await service.generate(request(), call());
    expect(provider.calls).toHaveLength(2);
  });

  test('to a private address that the operator did not open is refused', async () => {
    const { service } = setUp({ open: false });
    await expect(service.generate(request(), call())).rejects.toMatchObject({ data: { code: 'egress_denied' } });
    expect(provider.calls).toHaveLength(0);
  });

  test('of the demo model needs nothing and costs nothing', async () => {
    const { service } = setUp({ keys: [] });
    const response = await service.generate(request({ prompt: 'Summarize: the cat sat on the mat.' }), call());
    expect(response).toMatchObject({
      model: 'demo/demo-model',
      costUsd: 0,
      reason: expect.stringContaining('not an AI'),
    });
  });

  test('of the operator’s own server needs no key', async () => {
    const { service } = setUp({
      keys: [],
      local: () => ({ baseUrl: provider.url, source: 'Ollama', models: ['m'] }),
      open: false,
    });
    expect(await service.generate(request(), call())).toMatchObject({
      text: 'Hello world',
      reason: expect.stringContaining('Ollama'),
    });
    expect(provider.calls).toEqual([{ authorization: undefined }]);
  });
});

describe('when the model fails', () => {
  const down = () => {
    provider.server.removeAllListeners('request');
    provider.server.on('request', (request, response) => {
      provider.calls.push({});
      request.resume();
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":{"message":"No such model"}}');
    });
  };

  test('the next one answers, and the reason says so', async () => {
    down();
    const { service, rows, metrics } = setUp();
    const body = { model: 'openai_compatible/m', fallbackModels: ['anthropic/claude-haiku-4-5', 'demo/demo-model'] };
    const response = await service.generate(request({ ...body, prompt: 'Summarize: the cat sat on the mat.' }), call());
    expect(response).toMatchObject({ model: 'demo/demo-model', costUsd: 0 });
    expect(response.reason).toContain(
      'Fallback: openai_compatible/m failed (not available), anthropic/claude-haiku-4-5 failed (not available).',
    );
    expect([...rows.values()]).toEqual([response]);
    const text = await metrics.registry.metrics();
    expect(text).toContain('agentweaver_model_calls_total{provider="openai_compatible",outcome="model_unavailable"} 1');
    expect(text).toContain('agentweaver_model_calls_total{provider="demo",outcome="ok"} 1');
  });

  test('what was set aside is given back', async () => {
    down();
    const { service, released } = setUp();
    await expect(service.generate(request(), call())).rejects.toMatchObject({ data: { code: 'model_unavailable' } });
    expect(released).toHaveLength(1);
  });
});

describe('the response cache', () => {
  test('is not asked unless the request allows it', async () => {
    const { service } = setUp();
    await service.generate(request(), call());
    await service.generate(request(), call({ index: 1 }));
    expect(provider.calls).toHaveLength(2);
  });

  test('answers the same request at no cost, in another step and within its age', async () => {
    let now = 1_000_000;
    const { service, rows, metrics } = setUp({ now: () => now });
    const first = await service.generate(request({ cacheTtlSeconds: 60 }), call());
    now += 60_000;
    const second = await service.generate(request({ cacheTtlSeconds: 60 }), call({ nodeId: 'b' }));
    expect(second).toMatchObject({ text: first.text, cached: true, costUsd: 0, usage: { inputTokens: 0 } });
    expect(second.reason).toContain('60 s old');
    expect(service.metered({ nodeId: 'b', iteration: '' })).toMatchObject({ cached: true });
    expect(service.metered({ nodeId: 'a', iteration: '' })).toMatchObject({ cached: false });
    // A resumed execution gets the same answer.
    expect([...rows.values()]).toEqual([first, second]);
    expect(await metrics.registry.metrics()).toContain('outcome="cached"} 1');
    await service.generate(request({ cacheTtlSeconds: 60, prompt: 'Another.' }), call({ index: 2 }));
    now += 1;
    await service.generate(request({ cacheTtlSeconds: 60 }), call({ index: 3 }));
    expect(provider.calls).toHaveLength(3);
  });

  test('that cannot be written does not cost the answer', async () => {
    const broken = { get: async () => undefined, set: () => Promise.reject(new Error('the database is away')) };
    const { service } = setUp({ cache: broken });
    expect(await service.generate(request({ cacheTtlSeconds: 60 }), call())).toMatchObject({ text: 'Hello world' });
  });

  test('answers although the budget is used up', async () => {
    const cache = createMemoryCache();
    await setUp({ cache }).service.generate(request({ cacheTtlSeconds: 60 }), call());
    const { service } = setUp({ cache, definition: settingsOf({ budget: { modelCalls: 0 } }) });
    expect(await service.generate(request({ cacheTtlSeconds: 60 }), call())).toMatchObject({ cached: true });
    await expect(service.generate(request(), call({ index: 1 }))).rejects.toMatchObject({
      data: { code: 'budget_exceeded' },
    });
  });
});

describe('a budget', () => {
  const anthropic = () => key({ provider: 'anthropic', models: [] });

  test('is checked before the call, with the most that it can cost', async () => {
    const { service, rows } = setUp({ keys: [anthropic()], definition: settingsOf({ budget: { usd: 0.01 } }) });
    const asked = service.generate(request({ model: 'anthropic/claude-sonnet-5-5', maxTokens: 4_000 }), call());
    await expect(asked).rejects.toMatchObject({
      data: { code: 'budget_exceeded', message: expect.stringContaining('$0.01') },
    });
    expect(provider.calls).toHaveLength(0);
    expect(rows.size).toBe(0);
  });

  test('counts what earlier claims have used', async () => {
    const usage = [{ nodeId: 'a', iteration: '', usd: 0, tokens: 0, modelCalls: 2, seconds: 0 }];
    const { service } = setUp({ definition: settingsOf({}, { budget: { modelCalls: 3 } }), usage });
    await service.generate(request(), call());
    await expect(service.generate(request(), call({ index: 1 }))).rejects.toThrow(/step a, 3 model calls, only 0/);
    await service.generate(request(), call({ nodeId: 'b' }));
  });

  test('that asks a person suspends the step', async () => {
    const definition = settingsOf({ budget: { modelCalls: 0, onReached: 'ask' } });
    const { service, asked } = setUp({ definition });
    await expect(service.generate(request(), call())).rejects.toMatchObject({ name: 'Suspended', kind: 'budget' });
    expect(asked).toMatchObject([{ excess: { kind: 'modelCalls', limit: 0, most: 1 } }]);
  });

  test('that goes on with a cheaper model says so', async () => {
    const definition = settingsOf({
      budget: { usd: 0.01, onReached: 'downgrade', downgradeTo: 'openai_compatible/m' },
    });
    const { service, begun } = setUp({ keys: [anthropic(), key()], definition });
    const response = await service.generate(
      request({ model: 'anthropic/claude-sonnet-5-5', maxTokens: 4_000 }),
      call(),
    );
    expect(response).toMatchObject({ model: 'openai_compatible/m', text: 'Hello world' });
    expect(response.reason).toContain('Taken instead of anthropic/claude-sonnet-5-5');
    expect(begun).toEqual([{ model: 'openai_compatible/m', mostUsd: 0 }]);
  });

  test('counts the workspace’s own prices, also of the operator’s server', async () => {
    const prices = new Map([['openai_compatible/m', { input: 1_000_000, cachedInput: 0, output: 1_000_000 }]]);
    const { service, begun } = setUp({ prices });
    const response = await service.generate(request(), call());
    expect(response.costUsd).toBe(13);
    expect(response.reason).not.toContain('price is not known');
    expect(begun[0]?.mostUsd).toBeGreaterThan(100);
  });
});
