import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createEgressAgent } from '@agentweaver/core/egress/egress-agent';
import { createGuardedFetch } from '@agentweaver/core/egress/guarded-fetch';
import { type ModelRequest, type ModelResponse, modelRequestSchema } from '@agentweaver/core/models/model-call';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createMetrics } from '../metrics.ts';
import { createBudget } from './budget.ts';
import { createDeltaPublisher } from './delta-publisher.ts';
import type { HostCall } from './host-calls.ts';
import { type CallKey, createModelService, type ModelCallMemo, type ModelServiceOptions } from './model-service.ts';
import type { AvailableKey } from './resolve-model.ts';

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
  const idOf = (key: CallKey) => JSON.stringify(key);
  const memo: ModelCallMemo = {
    find: async (key) => rows.get(idOf(key)),
    begin: async (key) => void rows.set(idOf(key), undefined),
    settle: async (key, response) => void rows.set(idOf(key), response),
  };
  return { memo, rows };
};

const request = (body: Partial<ModelRequest> = {}): ModelRequest =>
  modelRequestSchema.parse({
    role: 'writer',
    personality: '',
    model: 'auto',
    prompt: 'Say hello.',
    temperature: 0.7,
    maxTokens: 100,
    timeoutMs: 5_000,
    ...body,
  });
const call = (body: Partial<HostCall> = {}): HostCall => ({
  nodeId: 'a',
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
  ...body,
});

const setUp = (options: Partial<ModelServiceOptions> & { open?: boolean } = {}) => {
  const { memo, rows } = createMemo();
  const privateHosts = options.open === false ? [] : [{ host: '127.0.0.1' }];
  const metrics = createMetrics({
    tenantLabels: false,
    queueCounts: async () => ({ waiting: 0, active: 0, delayed: 0 }),
  });
  const service = createModelService({
    keys: [key()],
    openKey: async () => 'the-key',
    local: () => undefined,
    memo,
    budget: createBudget({ limitUsd: undefined, spentUsd: 0 }),
    guardedFetch: createGuardedFetch({ agent: createEgressAgent({ privateHosts }), privateHosts }),
    deltas: createDeltaPublisher(async (message) => void (message.type === 'delta' && deltas.push(message.text)), {
      delayMs: 1,
    }),
    metrics,
    ...options,
  });
  return { service, rows, metrics };
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
    expect(service.metered('a')).toMatchObject({ model: 'openai_compatible/m', usage: { inputTokens: 11 } });
    expect(service.metered('b')).toBeUndefined();
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
    expect(provider.calls).toHaveLength(3);
    expect(service.metered('a')?.usage.inputTokens).toBe(44);
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

test('the budget is checked before the call, with the most it can cost', async () => {
  const anthropic = key({ provider: 'anthropic', models: [] });
  const { service, rows } = setUp({ keys: [anthropic], budget: createBudget({ limitUsd: 0.01, spentUsd: 0 }) });
  const asked = service.generate(request({ model: 'anthropic/claude-sonnet-5-5', maxTokens: 4_000 }), call());
  await expect(asked).rejects.toMatchObject({ data: { code: 'budget_exceeded' } });
  expect(provider.calls).toHaveLength(0);
  expect(rows.size).toBe(0);
});
