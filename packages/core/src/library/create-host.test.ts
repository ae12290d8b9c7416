import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { CallContext } from '../host/host.ts';
import { type ModelRequestInput, userMessage } from '../models/model-call.ts';
import { createHost, type HostOptions } from './create-host.ts';

const claude = (text: string) => ({
  id: 'msg_01',
  type: 'message',
  role: 'assistant',
  model: 'claude-haiku-4-5',
  content: [{ type: 'text', text }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 20, output_tokens: 5 },
});
const qwen = (content: string) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1_760_000_000,
  model: 'qwen3:8b',
  choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 30, completion_tokens: 5, total_tokens: 35 },
});

type Received = { path: string | undefined; auth: string; model: string };
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A provider on this machine that answers in the wire format of the one that is asked. */
const startProvider = async (): Promise<{ baseUrl: string; received: Received[] }> => {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const { model } = JSON.parse(body);
      const auth = String(request.headers['x-api-key'] ?? request.headers.authorization);
      received.push({ path: request.url, auth, model });
      response.setHeader('content-type', 'application/json');
      const answer = request.url?.endsWith('/messages') ? claude('Claude here.') : qwen('Qwen here.');
      response.end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  return { baseUrl: `http://127.0.0.1:${port}/v1`, received };
};

const call: CallContext = { nodeId: 'a', iteration: '', attempt: 1, index: 0, signal: new AbortController().signal };
const ask = (options: HostOptions, more: Partial<ModelRequestInput> = {}) =>
  createHost(options).model.generate(requestOf(more), call);
const requestOf = (more: Partial<ModelRequestInput> = {}): ModelRequestInput => ({
  role: 'A',
  personality: '',
  model: 'auto',
  messages: [userMessage('Hello')],
  temperature: 0,
  maxTokens: 10,
  timeoutMs: 5_000,
  ...more,
});

describe('a host from provider keys', () => {
  it('asks the provider that a model names, with its key', async () => {
    const { baseUrl, received } = await startProvider();
    const models = { anthropic: { apiKey: 'sk-test', baseUrl } };
    const response = await ask({ models }, { model: 'anthropic/claude-haiku-4-5' });
    expect(response).toMatchObject({ text: 'Claude here.', model: 'anthropic/claude-haiku-4-5' });
    expect(response.costUsd).toBeGreaterThan(0);
    expect(received).toEqual([{ path: '/v1/messages', auth: 'sk-test', model: 'claude-haiku-4-5' }]);
  });

  it('takes for auto the first provider that has a default, and says so', async () => {
    const { baseUrl, received } = await startProvider();
    const local = { openai_compatible: { baseUrl, defaultModel: 'qwen3:8b' } };
    expect(await ask({ models: local })).toMatchObject({
      text: 'Qwen here.',
      model: 'openai_compatible/qwen3:8b',
      reason: expect.stringContaining('Chosen automatically: the default model of'),
    });
    const both = { ...local, anthropic: { apiKey: 'k', baseUrl, defaultModel: 'anthropic/claude-haiku-4-5' } };
    expect((await ask({ models: both })).text).toBe('Claude here.');
    expect(received.map(({ model }) => model)).toEqual(['qwen3:8b', 'claude-haiku-4-5']);
    expect(createHost({ models: { google: { apiKey: 'k' } } }).resolveModel('auto')).toMatch(/^google\//);
  });

  it('answers by the demo model where no provider is given, or none has a default', async () => {
    expect(await ask({})).toMatchObject({ model: 'demo/demo-model', reason: expect.stringContaining('no provider') });
    expect((await ask({ models: { openai_compatible: { baseUrl: 'http://127.0.0.1:1' } } })).model).toBe(
      'demo/demo-model',
    );
    expect((await ask({}, { model: 'demo/demo-model' })).reason).toContain('not an AI');
  });

  it.each([
    ['openai/gpt-4.1', /no access to OpenAI/, /createHost/],
    ['nonsense', /names no model/, /provider\/model/],
  ])('says what is missing for %s', async (model, message, hint) => {
    await expect(ask({}, { model })).rejects.toMatchObject({
      data: { code: 'model_unavailable', message: expect.stringMatching(message), hint: expect.stringMatching(hint) },
    });
  });

  it('goes on to a fallback model', async () => {
    const { baseUrl } = await startProvider();
    const models = { openai_compatible: { baseUrl, defaultModel: 'qwen3:8b' } };
    const response = await ask({ models }, { model: 'openai/gpt-4.1', fallbackModels: ['openai_compatible/qwen3:8b'] });
    expect(response).toMatchObject({ text: 'Qwen here.', reason: expect.stringContaining('openai/gpt-4.1') });
  });

  it('keeps answers for requests that allow it', async () => {
    const { baseUrl, received } = await startProvider();
    const host = createHost({ models: { openai_compatible: { baseUrl, defaultModel: 'qwen3:8b' } } });
    const request = requestOf({ cacheTtlSeconds: 60 });
    const first = await host.model.generate(request, call);
    const second = await host.model.generate(request, call);
    expect([first.cached, second.cached]).toEqual([false, true]);
    expect(second).toMatchObject({ text: 'Qwen here.', costUsd: 0 });
    expect(received).toHaveLength(1);
    const demo = createHost();
    await demo.model.generate(request, call);
    expect((await demo.model.generate(request, call)).cached).toBe(true);
    const anthropic = createHost({ models: { anthropic: { apiKey: 'k', baseUrl } } });
    expect((await anthropic.model.generate(request, call)).text).toBe('Claude here.');
  });
});
