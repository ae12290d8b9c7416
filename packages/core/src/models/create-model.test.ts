import { describe, expect, it } from 'vitest';
import { capabilitiesOf } from './capabilities.ts';
import { createModelClient } from './create-model.ts';
import { DEMO_MODEL_ID } from './demo/identity.ts';
import { type ModelMessage, type ModelRequestInput, userMessage } from './model-call.ts';
import { askWire, failureOf, KEY, requestOf } from './testing/ask-wire.ts';
import { events, json, type Wire } from './testing/wire.ts';
import { anthropicWire } from './testing/wire-anthropic.ts';
import { compatibleWire, ollamaWire } from './testing/wire-compatible.ts';
import { googleWire } from './testing/wire-google.ts';
import { openaiWire } from './testing/wire-openai.ts';

const sent = async (wire: Wire, request: Partial<ModelRequestInput> = {}) => {
  const { answer, received } = await askWire(wire, json(wire.whole({ text: 'Hi' })), { request });
  await answer;
  return received[0]?.body ?? {};
};
const TOOL = { name: 'clock', description: '', inputSchema: { properties: {} } };

describe('one factory', () => {
  it('makes a client of any provider, by the id or the bare name of a model', async () => {
    const connection = { provider: 'openai_compatible' as const, apiKey: '', baseUrl: 'http://x/v1', fetch };
    for (const model of ['openai_compatible/org/llama-3', 'org/llama-3']) {
      expect(createModelClient({ model, connection })).toMatchObject({
        id: 'openai_compatible/org/llama-3',
        capabilities: { takesImages: false, takesTemperature: true },
      });
    }
  });

  it('makes the demo model as well, whole and streamed', async () => {
    const client = createModelClient({ model: DEMO_MODEL_ID, connection: { provider: 'demo' } });
    const pieces: string[] = [];
    const whole = await client.generate(requestOf());
    const streamed = await client.stream(requestOf(), { onDelta: (text) => pieces.push(text) });
    expect(streamed.text).toBe(whole.text);
    expect(pieces.join('')).toBe(whole.text);
    expect(client.cost(whole.usage)).toEqual({ costUsd: 0, priced: true });
  });

  it('knows what a call costs, at the prices it is given', () => {
    const usage = { inputTokens: 1_000_000, outputTokens: 0, cachedInputTokens: 0, reasoningTokens: 0 };
    const connection = { provider: 'anthropic' as const, apiKey: KEY, fetch };
    const model = 'anthropic/claude-haiku-4-5';
    expect(createModelClient({ model, connection }).cost(usage)).toEqual({ costUsd: 1, priced: true });
    const overrides = new Map([[model, { input: 7, cachedInput: 0, output: 0 }]]);
    expect(createModelClient({ model, connection, prices: { overrides } }).cost(usage).costUsd).toBe(7);
  });

  it('says which field of a request is wrong', async () => {
    const client = createModelClient({ model: DEMO_MODEL_ID, connection: { provider: 'demo' } });
    await expect(client.generate(requestOf({ maxTokens: 0 }))).rejects.toMatchObject({
      data: { code: 'model_refused', message: expect.stringContaining('maxTokens') },
    });
  });

  it('needs an address for a compatible server', async () => {
    const connection = { provider: 'openai_compatible' as const, apiKey: '', fetch };
    await expect(createModelClient({ model: 'llama', connection }).generate(requestOf())).rejects.toMatchObject({
      data: { code: 'model_unavailable', hint: expect.stringContaining('base URL') },
    });
  });

  it('sends no header where a server needs no key', async () => {
    const headers: unknown[] = [];
    const connection = {
      provider: 'openai_compatible' as const,
      apiKey: '',
      baseUrl: 'http://x/v1',
      fetch: async (_: unknown, init?: RequestInit) => {
        headers.push(new Headers(init?.headers).get('authorization'));
        return Response.json(compatibleWire.whole({ text: 'Hi' }));
      },
    };
    await createModelClient({ model: 'llama', connection }).generate(requestOf());
    expect(headers).toEqual([null]);
  });
});

describe('a reasoning effort', () => {
  it.each<[Wire, string, object]>([
    [openaiWire, 'openai/o4-mini', { reasoning: { effort: 'high' } }],
    [openaiWire, 'openai/gpt-6-sol', { reasoning: { effort: 'high' } }],
    [
      anthropicWire,
      'anthropic/claude-sonnet-5-5',
      { thinking: { type: 'adaptive' }, output_config: { effort: 'high' } },
    ],
    [
      anthropicWire,
      'anthropic/claude-haiku-4-5',
      { thinking: { type: 'enabled', budget_tokens: 24_576 }, max_tokens: 24_676 },
    ],
    [googleWire, 'google/gemini-3.8-flash', { generationConfig: { thinkingConfig: { thinkingLevel: 'high' } } }],
    [googleWire, 'google/gemini-2.5-flash', { generationConfig: { thinkingConfig: { thinkingBudget: 50 } } }],
    [compatibleWire, 'openai_compatible/gpt-oss:20b', { reasoning_effort: 'high' }],
  ])('$name: %s', async (wire, model, expected) => {
    expect(await sent(wire, { model, reasoningEffort: 'high' })).toMatchObject(expected);
  });

  it('is left out for models that do not reason', async () => {
    expect(await sent(openaiWire, { reasoningEffort: 'high' })).not.toHaveProperty('reasoning');
    const llama = await sent(compatibleWire, { model: 'openai_compatible/llama3.1', reasoningEffort: 'high' });
    expect(llama).not.toHaveProperty('reasoning_effort');
    expect(await sent(openaiWire, { model: 'openai/o4-mini' })).not.toHaveProperty('reasoning');
  });

  it('is left out where Anthropic refuses to think: with a forced tool, after calls of another model', async () => {
    const model = 'anthropic/claude-haiku-4-5';
    const forced = await sent(anthropicWire, { model, reasoningEffort: 'low', tools: [TOOL], toolChoice: 'required' });
    expect(forced).not.toHaveProperty('thinking');
    const part = { type: 'tool_call' as const, callId: 'c', name: 'clock', input: {} };
    const conversationWith = (...content: Extract<ModelMessage, { role: 'assistant' }>['content']): ModelMessage[] => [
      userMessage('Hi'),
      { role: 'assistant', content },
      { role: 'tool', content: [{ type: 'tool_result', callId: 'c', name: 'clock', output: 1, isError: false }] },
    ];
    const request = { model, reasoningEffort: 'low' as const, tools: [TOOL] };
    expect(await sent(anthropicWire, { ...request, messages: conversationWith(part) })).not.toHaveProperty('thinking');
    const thought = {
      type: 'reasoning' as const,
      text: 'Hm.',
      providerOptions: { anthropic: { signature: 's' }, agentweaver: { model } },
    };
    expect(await sent(anthropicWire, { ...request, messages: conversationWith(thought, part) })).toHaveProperty(
      'thinking',
    );
  });
});

describe('what a model refuses is left out', () => {
  it.each<[Wire, string]>([
    [anthropicWire, 'anthropic/claude-sonnet-5-5'],
    [openaiWire, 'openai/gpt-6-sol'],
    [openaiWire, 'openai/o3'],
    [openaiWire, 'openai/some-name-nobody-knows'],
  ])('the temperature: %s %s', async (wire, model) => {
    expect(await sent(wire, { model })).not.toHaveProperty('temperature');
  });

  it('a schema beside tools, which then is told in words', async () => {
    const outputSchema = { type: 'object', properties: { mood: { type: 'string' } } };
    const old = await sent(googleWire, { outputSchema, tools: [TOOL] });
    expect(old.generationConfig).not.toHaveProperty('responseSchema');
    expect(googleWire.read(old).system).toContain('"mood"');
    const model = 'google/gemini-3.8-flash';
    expect((await sent(googleWire, { model, outputSchema, tools: [TOOL] })).generationConfig).toHaveProperty(
      'responseSchema',
    );
  });

  it('the older name of the limit, for OpenAI’s models behind a gateway', async () => {
    const body = await sent(compatibleWire, { model: 'openai_compatible/openai/gpt-5' });
    expect(body).toMatchObject({ max_completion_tokens: 100 });
    expect(body).not.toHaveProperty('max_tokens');
  });
});

it('nothing is stored at OpenAI', async () => {
  expect(await sent(openaiWire)).toMatchObject({ store: false });
});

it('a compatible server is told the schema in words as well', async () => {
  const outputSchema = { type: 'object', properties: { mood: { type: 'string' } } };
  expect(compatibleWire.read(await sent(compatibleWire, { outputSchema })).system).toContain('JSON Schema');
});

it('a tool call that is no object is handed on, and sent back as one', async () => {
  const broken = compatibleWire.whole({ toolCalls: [{ id: 'c', name: 'clock', input: {} }] });
  const body = JSON.parse(JSON.stringify(broken).replace('"arguments":"{}"', '"arguments":"{zone"'));
  const { answer } = await askWire(compatibleWire, json(body), { request: { tools: [TOOL] } });
  const { message, toolCalls } = await answer;
  expect(toolCalls).toMatchObject([{ name: 'clock', input: '{zone' }]);
  const results = [{ type: 'tool_result' as const, callId: 'c', name: 'clock', output: 'no', isError: true }];
  const again = await sent(compatibleWire, {
    tools: [TOOL],
    messages: [userMessage('Hi'), message, { role: 'tool', content: results }],
  });
  expect(compatibleWire.read(again).turns[1]?.toolCalls).toEqual([
    { id: 'c', name: 'clock', input: { unreadable: '{zone' } },
  ]);
});

it('a tool that is unknown is handed on for the caller to refuse', async () => {
  const said = { toolCalls: [{ id: 'c', name: 'nothing', input: { a: 1 } }] };
  const { answer } = await askWire(anthropicWire, json(anthropicWire.whole(said)), { request: { tools: [TOOL] } });
  expect((await answer).toolCalls).toMatchObject([{ name: 'nothing', input: { a: 1 } }]);
});

it('Gemini’s signatures go back to a compatible server under Google’s name', async () => {
  const part = {
    type: 'tool_call' as const,
    callId: 'c',
    name: 'clock',
    input: {},
    providerOptions: { openai_compatible: { thoughtSignature: 'sig' }, agentweaver: { model: compatibleWire.model } },
  };
  const results = [{ type: 'tool_result' as const, callId: 'c', name: 'clock', output: 1, isError: false }];
  const messages: ModelMessage[] = [
    userMessage('Hi'),
    { role: 'assistant', content: [part] },
    { role: 'tool', content: results },
  ];
  expect(JSON.stringify(await sent(compatibleWire, { tools: [TOOL], messages }))).toContain(
    '"thought_signature":"sig"',
  );
});

it.each([compatibleWire, ollamaWire])(
  'thoughts of a compatible server go back to it, and to no other: $name',
  async (wire) => {
    const said = { text: 'Fine.', thought: { text: 'Hm.', signature: '' } };
    for (const [reply, way] of [
      [json(wire.whole(said)), {}],
      [events(wire.streamed(said)), { onDelta: () => undefined }],
    ] as const) {
      const { answer } = await askWire(wire, reply, way);
      const { message, text } = await answer;
      expect(text).toBe('Fine.');
      expect(message.content).toContainEqual({
        type: 'reasoning',
        text: 'Hm.',
        providerOptions: { agentweaver: { model: wire.model } },
      });
      const messages = [userMessage('Hi'), message, userMessage('Go on.')];
      expect(JSON.stringify(await sent(wire, { messages }))).toContain('"reasoning_content":"Hm."');
      expect(JSON.stringify(await sent(googleWire, { messages }))).not.toContain('Hm.');
    }
  },
);

describe('failures', () => {
  it('tell how long in whatever way the provider says it', async () => {
    const body = { error: { message: 'Slow down.' } };
    const wait = async (headers: Record<string, string>, more: object = {}) =>
      (await failureOf(openaiWire, json({ ...body, ...more }, 429, headers))).retryAfterMs;
    expect(await wait({ 'retry-after-ms': '250' })).toBe(250);
    expect(await wait({ 'retry-after': '2' })).toBe(2_000);
    const inAMinute = await wait({ 'retry-after': new Date(Date.now() + 60_000).toUTCString() });
    expect(inAMinute).toBeGreaterThan(50_000);
    expect(await wait({ 'retry-after': 'soon' })).toBeUndefined();
    expect(await wait({})).toBeUndefined();
  });

  it('never show the key, whatever the provider says', async () => {
    const body = { error: { message: `Bad key ${KEY} or sk-another-secret-1234` } };
    const { data } = await failureOf(openaiWire, json(body, 401));
    expect(data.message).toContain('[key]');
    expect(data.message).not.toContain('another-secret');
  });

  it.each([
    [413, { type: 'error', error: { type: 'request_too_large', message: 'Too large' } }, 'model_context_too_long'],
    [402, { error: 'Payment required' }, 'model_unavailable'],
    [403, [{ error: { message: 'Forbidden' } }], 'model_invalid_key'],
    [408, { error: { message: 'Timeout' } }, 'model_unavailable'],
    [502, 'Bad gateway', 'model_unavailable'],
  ])('of status %i', async (status, body, code) => {
    expect((await failureOf(anthropicWire, json(body, status))).data.code).toBe(code);
  });

  it('of a plan that is used up last: nobody tries again', async () => {
    const { status, body } = openaiWire.failure('no_credit');
    expect(await failureOf(openaiWire, json(body, status))).toMatchObject({
      isLasting: true,
      data: { hint: expect.stringContaining('Add credit') },
    });
  });
});

describe('capabilities', () => {
  it.each([
    ['anthropic/claude-opus-5-5', { takesTemperature: false, reasoning: 'effort', takesImages: true }],
    ['anthropic/claude-sonnet-4-6', { takesTemperature: true, reasoning: 'effort' }],
    ['anthropic/claude-sonnet-4-20250514', { takesTemperature: true, reasoning: 'budget' }],
    ['anthropic/claude-3-5-haiku-latest', { takesTemperature: true, reasoning: 'none' }],
    ['openai/o1-mini', { takesTemperature: false, reasoning: 'none', takesImages: false, takesSchema: false }],
    ['openai/o3', { takesTemperature: false, reasoning: 'effort', takesImages: true }],
    ['openai/gpt-5-chat-latest', { takesTemperature: true, reasoning: 'none' }],
    ['openai/gpt-7-nova', { takesTemperature: false, reasoning: 'effort' }],
    ['openai/gpt-4o-mini', { takesTemperature: true, imageTokens: 50_000 }],
    ['openai/ft:gpt-4.1-mini:acme', { takesTemperature: true }],
    ['openai/gpt-4', { takesSchema: false, takesImages: false }],
    ['openai/gpt-4-turbo', { takesSchema: false, takesImages: true }],
    ['google/gemini-2.0-flash', { reasoning: 'none', takesSchemaWithTools: false }],
    ['google/gemini-flash-latest', { reasoning: 'level', takesSchemaWithTools: true }],
    ['google/gemma-3-27b-it', { takesSchema: false }],
    ['openai_compatible/llama3.3:70b', { takesImages: false, reasoning: 'none' }],
    ['openai_compatible/meta-llama/Llama-4-Scout', { takesImages: true }],
    ['openai_compatible/qwen2.5-vl:7b', { takesImages: true }],
    ['openai_compatible/qwen3:8b', { takesImages: false, reasoning: 'effort' }],
    ['openai_compatible/openai/o3', { takesTemperature: false }],
    ['openai_compatible/unheard-of', { takesImages: true, takesTemperature: true }],
    ['demo/demo-model', { takesImages: false }],
    ['auto', { takesImages: true }],
  ])('of %s', (id, expected) => {
    expect(capabilitiesOf(id)).toMatchObject(expected);
  });
});
