import { describe, expect, it } from 'vitest';
import { ExecutionError } from '../engine/execution-errors.ts';
import type { ModelMessage, ModelTool } from './model-call.ts';
import { userMessage } from './model-call.ts';
import { askWire, failureOf, KEY } from './testing/ask-wire.ts';
import { events, json, type Reply, type Said, type SseEvent, sse, type Wire } from './testing/wire.ts';
import { anthropicWire } from './testing/wire-anthropic.ts';
import { compatibleWire, ollamaWire } from './testing/wire-compatible.ts';
import { googleWire } from './testing/wire-google.ts';
import { openaiWire } from './testing/wire-openai.ts';

/** Every adapter passes this one suite against a local server that speaks its provider's own wire format. */
const WIRES: Wire[] = [anthropicWire, openaiWire, googleWire, compatibleWire, ollamaWire];

const nameOf = ({ model }: { model: string }) => model.slice(model.indexOf('/') + 1);
const ignore = () => undefined;

const TOOLS: ModelTool[] = [
  {
    name: 'weather',
    description: 'The weather of a city.',
    inputSchema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
  {
    name: 'clock',
    description: 'The time of a zone.',
    inputSchema: { type: 'object', properties: { zone: { type: 'string' } } },
  },
];
const CALLS = [
  { id: 'call_1', name: 'weather', input: { city: 'Kyoto' } },
  { id: 'call_2', name: 'clock', input: { zone: 'JST' } },
];
const ASKED: Said = { text: 'Let me look.', toolCalls: CALLS };

/** A test of something that not every provider has; what a provider does not have cannot be left out of its tests. */
const itWith = (feature: unknown, name: string, test: () => Promise<void>): void => {
  if (feature) it(name, test);
};

describe.each(WIRES)('$name', (wire) => {
  const ways: [string, (said: Said) => Reply, { onDelta?: (text: string) => void }][] = [
    ['whole', (said) => json(wire.whole(said)), {}],
    ['streamed', (said) => events(wire.streamed(said)), { onDelta: ignore }],
  ];

  describe.each(ways)('an answer, %s,', (_way, reply, way) => {
    it('has its text, its usage and its cost', async () => {
      const { answer, received } = await askWire(wire, reply({ text: 'Hello there' }), way);
      const response = await answer;
      expect(response).toMatchObject({
        text: 'Hello there',
        message: { role: 'assistant', content: [{ type: 'text', text: 'Hello there' }] },
        toolCalls: [],
        model: wire.model,
        finishReason: 'stop',
        cached: false,
        usage: wire.usage,
      });
      expect(response.costUsd > 0).toBe(wire.provider !== 'openai_compatible');
      expect(response.reason.includes('price is not known')).toBe(wire.provider === 'openai_compatible');
      expect(received.map(({ path }) => path)).toEqual([wire.path(nameOf(wire), way.onDelta !== undefined)]);
      expect(JSON.stringify(received[0]?.headers)).toContain(KEY);
    });

    it('asks for several tools at once', async () => {
      const { answer } = await askWire(wire, reply(ASKED), { ...way, request: { tools: TOOLS } });
      const response = await answer;
      expect(response).toMatchObject({ text: 'Let me look.', finishReason: 'tool_calls' });
      expect(response.toolCalls.map(({ name, input }) => ({ name, input }))).toEqual(
        CALLS.map(({ name, input }) => ({ name, input })),
      );
      expect(new Set(response.toolCalls.map(({ callId }) => callId)).size).toBe(2);
      expect(response.message.content.map(({ type }) => type)).toEqual(['text', 'tool_call', 'tool_call']);
      expect(response.output).toBeUndefined();
    });

    it('is an object for an output schema', async () => {
      const outputSchema = { type: 'object', properties: { mood: { type: 'string' } }, required: ['mood'] };
      const { answer, received } = await askWire(wire, reply({ text: '{"mood":"glad"}' }), {
        ...way,
        request: { outputSchema },
      });
      expect((await answer).output).toEqual({ mood: 'glad' });
      expect(wire.read(received[0]?.body ?? {}).schema).toMatchObject({
        type: 'object',
        properties: { mood: { type: 'string' } },
        required: ['mood'],
      });
    });

    it('that is no JSON is handed on for the caller to refuse: it was paid for', async () => {
      const outputSchema = { type: 'object', properties: { mood: { type: 'string' } } };
      const { answer } = await askWire(wire, reply({ text: 'I am glad.' }), { ...way, request: { outputSchema } });
      const response = await answer;
      expect(response).toMatchObject({ text: 'I am glad.', usage: { inputTokens: 30, outputTokens: 5 } });
      expect(response.output).toBeUndefined();
    });

    it('that was cut off at the limit says so', async () => {
      const { answer } = await askWire(wire, reply({ text: 'Hel', finish: 'length' }), way);
      expect(await answer).toMatchObject({ text: 'Hel', finishReason: 'length' });
    });

    it('that was filtered is a refusal', async () => {
      const error = await failureOf(wire, reply({ finish: 'filtered' }), way);
      expect(error.data.code).toBe('model_refused');
    });

    itWith(wire.reasoner, 'hands on thoughts, and gets them back with their signature', async () => {
      const model = wire.reasoner ?? '';
      const said: Said = { thought: { text: 'Hm.', signature: 'c2lnbmF0dXJl' }, toolCalls: CALLS };
      const asked = await askWire(wire, reply(said), { ...way, request: { model, tools: TOOLS } });
      const { message } = await asked.answer;
      expect(message.content[0]).toMatchObject({ type: 'reasoning', text: 'Hm.' });

      const results = message.content.flatMap((part) =>
        part.type === 'tool_call'
          ? [{ type: 'tool_result' as const, callId: part.callId, name: part.name, output: 'ok' }]
          : [],
      );
      // What is stored in between is JSON.
      const messages: ModelMessage[] = JSON.parse(
        JSON.stringify([userMessage('Look.'), message, { role: 'tool', content: results }]),
      );
      const own = await askWire(wire, reply({ text: 'Fine.' }), { ...way, request: { model, tools: TOOLS, messages } });
      await own.answer;
      expect(wire.read(own.received[0]?.body ?? {}).turns[1]).toMatchObject({
        role: 'assistant',
        signature: 'c2lnbmF0dXJl',
      });

      const other = await askWire(wire, reply({ text: 'Fine.' }), { ...way, request: { tools: TOOLS, messages } });
      await other.answer;
      expect(JSON.stringify(other.received[0]?.body)).not.toContain('c2lnbmF0dXJl');
    });
  });

  it('streams piece by piece', async () => {
    const pieces: string[] = [];
    const { answer } = await askWire(wire, events(wire.streamed({ text: 'Hello there' })), {
      onDelta: (text) => pieces.push(text),
    });
    await answer;
    expect(pieces).toEqual(['Hello ', 'there']);
  });

  describe('a request', () => {
    const sent = async (request: Parameters<typeof askWire>[2]) => {
      const { answer, received } = await askWire(wire, json(wire.whole({ text: 'Hi' })), request);
      await answer;
      return wire.read(received[0]?.body ?? {});
    };

    it('carries role, manner, prompt, limit and temperature', async () => {
      expect(await sent({})).toEqual({
        system: 'Your role: Poet.\nYour manner: calm.',
        turns: [{ role: 'user', text: 'Say hello.' }],
        tools: [],
        toolChoice: undefined,
        schema: undefined,
        maxTokens: 100,
        temperature: 0.3,
      });
    });

    it('carries the tools, and which of them must be used', async () => {
      const auto = await sent({ request: { tools: TOOLS } });
      expect(auto.tools).toMatchObject(
        TOOLS.map(({ name, description, inputSchema }) => ({
          name,
          description,
          schema: { properties: inputSchema.properties },
        })),
      );
      const choices = await Promise.all(
        (['auto', 'required', 'none'] as const).map(async (toolChoice) => {
          const { toolChoice: told } = await sent({ request: { tools: TOOLS, toolChoice } });
          return String(told).toLowerCase();
        }),
      );
      expect(choices).toEqual(['auto', expect.stringMatching(/^(?:any|required)$/), 'none']);
    });

    it('carries the conversation with the results of tools', async () => {
      const messages: ModelMessage[] = [
        userMessage('How is it in Kyoto?'),
        {
          role: 'assistant',
          content: [
            { type: 'text', text: 'Let me look.' },
            ...CALLS.map(({ id, name, input }) => ({ type: 'tool_call' as const, callId: id, name, input })),
          ],
        },
        {
          role: 'tool',
          content: [
            { type: 'tool_result', callId: 'call_1', name: 'weather', output: { sky: 'clear' }, isError: false },
            { type: 'tool_result', callId: 'call_2', name: 'clock', output: 'No such zone.', isError: true },
          ],
        },
        { role: 'assistant', content: [] },
        userMessage('Say it in short.'),
      ];
      const { turns } = await sent({ request: { tools: TOOLS, messages } });
      expect(turns.slice(0, 2)).toMatchObject([
        { role: 'user', text: 'How is it in Kyoto?' },
        { role: 'assistant', text: 'Let me look.', toolCalls: CALLS },
      ]);
      const results = turns.flatMap(({ toolResults = [] }) => toolResults);
      expect(results.map(({ id }) => id)).toEqual(['call_1', 'call_2']);
      expect(JSON.stringify(results[0]?.output)).toMatch(/sky\W+clear/);
      expect(JSON.stringify(results[1]?.output)).toContain('No such zone.');
      expect(turns.map(({ text = '' }) => text).join(' ')).toContain('Say it in short.');
    });

    it('carries images', async () => {
      const image = { type: 'image' as const, mediaType: 'image/png', data: 'iVBORw0KGgo=' };
      const { turns } = await sent({ request: { messages: [userMessage('What is this?', [image])] } });
      expect(turns).toEqual([
        { role: 'user', text: 'What is this?', images: [{ mediaType: 'image/png', data: 'iVBORw0KGgo=' }] },
      ]);
    });

    itWith(wire.blind, 'with images to a model that sees none is refused before it is sent', async () => {
      const image = { type: 'image' as const, mediaType: 'image/png', data: 'iVBORw0KGgo=' };
      const error = await failureOf({ ...wire, model: wire.blind ?? '' }, json({}), {
        request: { messages: [userMessage('What is this?', [image])] },
      });
      expect(error.data).toMatchObject({ code: 'model_refused', message: expect.stringContaining('takes no images') });
    });
  });

  describe('a failure', () => {
    const failed = (kind: Parameters<Wire['failure']>[0], way: Parameters<typeof askWire>[2] = {}) => {
      const { status, body, headers } = wire.failure(kind);
      return failureOf(wire, json(body, status, headers), way);
    };

    it.each([
      ['invalid_key', 'model_invalid_key'],
      ['overloaded', 'model_overloaded'],
      ['fault', 'model_unavailable'],
      ['no_such_model', 'model_unavailable'],
      ['no_credit', 'model_unavailable'],
      ['context_too_long', 'model_context_too_long'],
      ['filtered', 'model_refused'],
      ['wrong', 'model_refused'],
    ] as const)('of the kind %s is %s, also of a stream', async (kind, code) => {
      expect((await failed(kind)).data).toMatchObject({ code, hint: expect.any(String) });
      expect((await failed(kind, { onDelta: ignore })).data.code).toBe(code);
    });

    it('for the rate says when to try again, and is not tried again here', async () => {
      const { status, body, headers } = wire.failure('rate_limited');
      const { answer, received } = await askWire(wire, json(body, status, headers));
      await expect(answer).rejects.toMatchObject({
        data: { code: 'model_rate_limited' },
        retryAfterMs: 7_000,
        retryable: true,
      });
      expect(received).toHaveLength(1);
    });

    itWith(wire.failureInStream, 'in the middle of a stream has its own code', async () => {
      const list = [...wire.streamed({ text: 'Hello there' }).slice(0, 1), wire.failureInStream ?? [undefined, '']];
      const error = await failureOf(wire, events(list as SseEvent[]), { onDelta: ignore });
      expect(error.data.code).toBe('model_overloaded');
    });

    it('that cuts the connection in the middle of a stream is no answer', async () => {
      const list = wire.streamed({ text: 'Hello there' }).slice(0, 2);
      const error = await failureOf(
        wire,
        events(list, (response) => response.destroy()),
        { onDelta: ignore },
      );
      expect(error.data.code).toMatch(/^model_(?:unavailable|malformed)$/);
      expect(error.retryable).toBe(true);
    });

    it('to come to an end is no answer, however much there is of it', async () => {
      const list = wire.streamed({ text: 'Hello there my friend' });
      const half = list.slice(0, Math.min(list.length - 3, 5));
      const error = await failureOf(wire, events(half), { onDelta: ignore });
      expect(error.data.code).toBe('model_malformed');
    });

    it('of form is malformed: a broken chunk, another object, another type', async () => {
      const [first] = wire.streamed({ text: 'Hello there' });
      const broken: Reply = (response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.end(`${sse(first ?? [undefined, ''])}data: {"half": \n\n`);
      };
      expect((await failureOf(wire, broken, { onDelta: ignore })).data.code).toBe('model_malformed');
      expect((await failureOf(wire, json({ nonsense: true }))).data.code).toBe('model_malformed');
      const html: Reply = (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>');
      expect((await failureOf(wire, html)).data.code).toBe('model_malformed');
    });

    it.each([{}, { onDelta: ignore }])('to answer in time is told, with the time', async (way) => {
      const error = await failureOf(wire, ignore, { ...way, request: { timeoutMs: 150 } });
      expect(error.data).toMatchObject({ code: 'node_timeout', message: expect.stringContaining('0.15 s') });
    });

    it('to go on in time is told as well', async () => {
      const stalled = events(wire.streamed({ text: 'Hello there' }).slice(0, 2), ignore);
      const error = await failureOf(wire, stalled, { onDelta: ignore, request: { timeoutMs: 150 } });
      expect(error.data.code).toBe('node_timeout');
    });

    it('by being cancelled gives the reason of the signal, also in a stream', async () => {
      for (const way of [{}, { onDelta: ignore }]) {
        const controller = new AbortController();
        const hang: Reply = (response) => {
          response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
          controller.abort(new Error('cancelled'));
        };
        const { answer } = await askWire(wire, hang, { ...way, signal: controller.signal });
        await expect(answer).rejects.toThrow('cancelled');
      }
    });

    it('of its fetch passes unchanged', async () => {
      const denied = new ExecutionError({ code: 'egress_denied', message: 'Private address.' });
      expect(await failureOf(wire, json({}), { fetch: () => Promise.reject(denied) })).toBe(denied);
    });

    it('to reach anything is told', async () => {
      const refused = () => fetch('http://127.0.0.1:1/');
      expect((await failureOf(wire, json({}), { fetch: refused })).data.code).toBe('model_unavailable');
    });
  });
});
