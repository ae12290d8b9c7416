import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ExecutionError } from '../engine/execution-errors.ts';
import { type ModelRequestInput, userMessage } from './model-call.ts';
import { generateWithProvider } from './providers.ts';
import {
  anthropicMessage,
  compatibleResponse,
  googleResponse,
  MODELS,
  openaiResponse,
  PLAIN,
  type Provider,
  STREAMED,
} from './testing/wire-formats.ts';

/** Local servers that speak the providers' own wire formats. */
type Received = { path: string; headers: IncomingMessage['headers']; body: Record<string, unknown> };
type Reply = (response: ServerResponse, request: Received) => void;

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
});

const serve = async (reply: Reply): Promise<{ origin: string; received: Received[] }> => {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const one = { path: request.url ?? '', headers: request.headers, body: text === '' ? {} : JSON.parse(text) };
    received.push(one);
    reply(response, one);
  });
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
};

const json =
  (body: unknown, status = 200, headers: Record<string, string> = {}): Reply =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };

/** Server-sent events; an entry with a name gets an `event:` line. */
const events =
  (list: [name: string | undefined, data: unknown][]): Reply =>
  (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const [name, data] of list) {
      response.write(
        `${name ? `event: ${name}\n` : ''}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`,
      );
    }
    response.end();
  };

const KEY = 'sk-test-0123456789';

const ask = async (
  provider: Provider,
  reply: Reply,
  options: {
    request?: Partial<ModelRequestInput>;
    onDelta?: (text: string) => void;
    signal?: AbortSignal;
    fetch?: typeof fetch;
  } = {},
) => {
  const { origin, received } = await serve(reply);
  const connection = { provider, apiKey: KEY, baseUrl: `${origin}/v1`, fetch: options.fetch ?? globalThis.fetch };
  const request: ModelRequestInput = {
    role: 'Poet',
    personality: 'calm',
    model: MODELS[provider],
    messages: [userMessage('Say hello.')],
    temperature: 0.3,
    maxTokens: 100,
    timeoutMs: 5_000,
    ...options.request,
  };
  const answer = generateWithProvider(
    connection,
    request,
    options.signal ?? new AbortController().signal,
    options.onDelta,
  );
  return { answer, received };
};

const failure = async (
  provider: Provider,
  reply: Reply,
  options: Parameters<typeof ask>[2] = {},
): Promise<ExecutionError> => {
  const { answer } = await ask(provider, reply, options);
  const error = await answer.then(
    () => expect.unreachable('it answered'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ExecutionError)) throw error;
  expect(JSON.stringify(error.data)).not.toContain(KEY);
  return error;
};

const PROVIDER_LIST = Object.keys(MODELS) as Provider[];

describe.each(PROVIDER_LIST)('%s', (provider) => {
  it('answers, with usage, cost and the model', async () => {
    const { answer } = await ask(provider, json(PLAIN[provider]('Hello there')));
    const response = await answer;
    expect(response).toMatchObject({ text: 'Hello there', model: MODELS[provider], finishReason: 'stop' });
    expect(response.usage).toMatchObject({ inputTokens: 30, cachedInputTokens: 10, outputTokens: 5 });
    expect(response.costUsd > 0).toBe(provider !== 'openai_compatible');
  });

  it('streams, piece by piece, with the same figures', async () => {
    const pieces: string[] = [];
    const { answer } = await ask(provider, events(STREAMED[provider]), { onDelta: (text) => pieces.push(text) });
    const response = await answer;
    expect(pieces).toEqual(['Hello ', 'there']);
    expect(response).toMatchObject({ text: 'Hello there', finishReason: 'stop' });
    expect(response.usage).toMatchObject({ inputTokens: 30, cachedInputTokens: 10, outputTokens: 5 });
  });

  it('gives an object for an output schema, and sends the schema', async () => {
    const outputSchema = { type: 'object', properties: { mood: { type: 'string' } }, required: ['mood'] };
    const { answer, received } = await ask(provider, json(PLAIN[provider]('{"mood":"glad"}')), {
      request: { outputSchema },
    });
    expect((await answer).output).toEqual({ mood: 'glad' });
    expect(JSON.stringify(received[0]?.body)).toContain('mood');
  });

  it('hands on an answer that is no JSON, for the caller to refuse: it was paid for', async () => {
    const outputSchema = { type: 'object', properties: { mood: { type: 'string' } } };
    const { answer } = await ask(provider, json(PLAIN[provider]('I am glad.')), { request: { outputSchema } });
    const response = await answer;
    expect(response).toMatchObject({ text: 'I am glad.', usage: { inputTokens: 30, outputTokens: 5 } });
    expect(response.output).toBeUndefined();
  });

  it('says that the key is refused', async () => {
    const body = { error: { type: 'authentication_error', message: `Incorrect API key provided: ${KEY}` } };
    expect((await failure(provider, json(body, 401))).data).toMatchObject({ code: 'model_invalid_key' });
  });

  it('says when to try again after a rate limit, and does not try again itself', async () => {
    const { answer, received } = await ask(
      provider,
      json({ error: { message: 'Slow down.' } }, 429, { 'retry-after': '7' }),
    );
    const error = await answer.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ data: { code: 'model_rate_limited' }, retryAfterMs: 7_000, retryable: true });
    expect(received).toHaveLength(1);
  });

  it.each([500, 503, 529])('says on %i that it is not available', async (status) => {
    const error = await failure(provider, json({ error: { type: 'overloaded_error', message: 'Overloaded' } }, status));
    expect(error.data).toMatchObject({ code: 'model_unavailable', message: expect.stringContaining('Overloaded') });
  });

  it('says that an answer cannot be read', async () => {
    expect((await failure(provider, json({ nonsense: true }))).data.code).toBe('model_unavailable');
    const html: Reply = (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>');
    expect((await failure(provider, html)).data.code).toBe('model_unavailable');
  });

  it('says that the connection was cut in the middle of a stream', async () => {
    const cut: Reply = (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const [name, data] = STREAMED[provider][0] ?? [];
      response.write(`${name ? `event: ${name}\n` : ''}data: ${JSON.stringify(data)}\n\n`, () => response.destroy());
    };
    expect((await failure(provider, cut, { onDelta: () => undefined })).data.code).toBe('model_unavailable');
  });

  it('says that the model does not exist', async () => {
    const error = await failure(provider, json({ error: { message: 'No such model' } }, 404));
    expect(error.data).toMatchObject({ code: 'model_unavailable', message: expect.stringContaining('No such model') });
  });

  it('stops at its timeout', async () => {
    const silent: Reply = () => undefined;
    const error = await failure(provider, silent, { request: { timeoutMs: 150 } });
    expect(error.data).toMatchObject({ code: 'node_timeout', message: expect.stringContaining('0.15 s') });
  });

  it('stops when aborted, with the reason of the signal, also in a stream', async () => {
    const controller = new AbortController();
    const hang: Reply = (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      controller.abort(new Error('cancelled'));
    };
    const { answer } = await ask(provider, hang, { signal: controller.signal, onDelta: () => undefined });
    await expect(answer).rejects.toThrow('cancelled');
  });

  it('passes on what its fetch refuses', async () => {
    const denied = new ExecutionError({ code: 'egress_denied', message: 'Private address.' });
    const error = await failure(provider, json({}), { fetch: () => Promise.reject(denied) });
    expect(error).toBe(denied);
  });

  it('says that nothing listens there', async () => {
    const refused = () => fetch('http://127.0.0.1:1/');
    expect((await failure(provider, json({}), { fetch: refused })).data.code).toBe('model_unavailable');
  });
});

describe('requests', () => {
  it('carry role, manner, prompt, limit and temperature to Anthropic', async () => {
    const { answer, received } = await ask('anthropic', json(anthropicMessage('Hi')));
    await answer;
    expect(received[0]?.path).toBe('/v1/messages');
    expect(received[0]?.headers['x-api-key']).toBe(KEY);
    expect(received[0]?.body).toMatchObject({
      model: 'claude-haiku-4-5',
      max_tokens: 100,
      temperature: 0.3,
      system: [{ type: 'text', text: 'Your role: Poet.\nYour manner: calm.' }],
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Say hello.' }] }],
    });
  });

  it('leave the temperature out for models that refuse it', async () => {
    const claude = await ask('anthropic', json(anthropicMessage('Hi')), {
      request: { model: 'anthropic/claude-sonnet-5-5' },
    });
    const gpt = await ask('openai', json(openaiResponse('Hi')), { request: { model: 'openai/gpt-6-sol' } });
    await Promise.all([claude.answer, gpt.answer]);
    expect(claude.received[0]?.body).not.toHaveProperty('temperature');
    expect(gpt.received[0]?.body).not.toHaveProperty('temperature');
  });

  it('go to OpenAI’s Responses API and are not stored there', async () => {
    const { answer, received } = await ask('openai', json(openaiResponse('Hi')));
    await answer;
    expect(received[0]?.path).toBe('/v1/responses');
    expect(received[0]?.body).toMatchObject({
      model: 'gpt-4.1-mini',
      store: false,
      max_output_tokens: 100,
      temperature: 0.3,
    });
  });

  it('go to other servers as chat completions, without a header when there is no key', async () => {
    const { origin, received } = await serve(json(compatibleResponse('Hi')));
    const connection = { provider: 'openai_compatible' as const, apiKey: '', baseUrl: `${origin}/v1`, fetch };
    const request = {
      role: 'R',
      personality: '',
      model: 'openai_compatible/org/model',
      messages: [userMessage('P')],
      temperature: 1,
      maxTokens: 9,
      timeoutMs: 1_000,
    };
    const response = await generateWithProvider(connection, request, new AbortController().signal);
    expect(received[0]?.path).toBe('/v1/chat/completions');
    expect(received[0]?.headers.authorization).toBeUndefined();
    expect(received[0]?.body).toMatchObject({ model: 'org/model', max_tokens: 9 });
    expect(response).toMatchObject({ costUsd: 0, reason: expect.stringContaining('price is not known') });
  });
});

describe('failures of one provider', () => {
  it.each<[Provider, unknown, number]>([
    [
      'anthropic',
      {
        type: 'error',
        error: { type: 'invalid_request_error', message: 'prompt is too long: 210000 tokens > 200000 maximum' },
      },
      400,
    ],
    [
      'openai',
      { error: { message: 'Your input exceeds the context window of this model.', code: 'context_length_exceeded' } },
      400,
    ],
    [
      'google',
      {
        error: {
          code: 400,
          message: 'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
        },
      },
      400,
    ],
    ['openai_compatible', { error: { message: "This model's maximum context length is 8192 tokens." } }, 400],
    [
      'anthropic',
      { type: 'error', error: { type: 'request_too_large', message: 'Request exceeds the maximum size' } },
      413,
    ],
  ])('%s says that the context is too long', async (provider, body, status) => {
    expect((await failure(provider, json(body, status))).data.code).toBe('model_context_too_long');
  });

  it('an overload that Anthropic tells inside a stream is unavailability', async () => {
    const started = STREAMED.anthropic.slice(0, 3);
    const overloaded: [string, unknown] = [
      'error',
      { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
    ];
    const error = await failure('anthropic', events([...started, overloaded]), { onDelta: () => undefined });
    expect(error.data.code).toBe('model_unavailable');
  });

  it('an empty account is not a rate limit', async () => {
    const body = {
      error: { message: 'You exceeded your current quota.', type: 'insufficient_quota', code: 'insufficient_quota' },
    };
    const error = await failure('openai', json(body, 429));
    expect(error.data).toMatchObject({ code: 'model_unavailable', hint: expect.stringContaining('Add credit') });
  });

  it('Google tells in the body when to try again', async () => {
    const body = {
      error: {
        code: 429,
        message: 'Quota exceeded',
        status: 'RESOURCE_EXHAUSTED',
        details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '13s' }],
      },
    };
    expect((await failure('google', json(body, 429))).retryAfterMs).toBe(13_000);
  });

  it('a filtered answer is a refusal', async () => {
    const google = {
      ...googleResponse(''),
      candidates: [{ content: { parts: [], role: 'model' }, finishReason: 'SAFETY', index: 0 }],
    };
    expect((await failure('google', json(google))).data.code).toBe('model_refused');
    const compatible = compatibleResponse('', { finish_reason: 'content_filter' });
    expect((await failure('openai_compatible', json(compatible))).data.code).toBe('model_refused');
    const body = { error: { message: 'Blocked by our content policy', code: 'content_policy_violation' } };
    expect((await failure('openai', json(body, 400))).data.code).toBe('model_refused');
  });

  it('an answer cut off at the limit says so', async () => {
    const { answer } = await ask('anthropic', json(anthropicMessage('Hel', { stop_reason: 'max_tokens' })));
    expect(await answer).toMatchObject({ text: 'Hel', finishReason: 'length' });
  });
});
