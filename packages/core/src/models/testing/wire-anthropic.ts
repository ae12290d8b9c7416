import {
  type Failure,
  pieces,
  type ReadRequest,
  type Said,
  type SseEvent,
  shape,
  shapes,
  textOf,
  type Wire,
} from './wire.ts';

/** https://platform.claude.com/docs/en/api/messages/create */
const STOP_REASONS = { stop: 'end_turn', length: 'max_tokens', filtered: 'refusal' } as const;
const stopReason = ({ toolCalls = [], finish = 'stop' }: Said) =>
  toolCalls.length > 0 ? 'tool_use' : STOP_REASONS[finish];

const USAGE = { input_tokens: 20, cache_creation_input_tokens: 0, cache_read_input_tokens: 10, output_tokens: 5 };

const blocks = ({ text, toolCalls = [], thought }: Said) => [
  ...(thought ? [{ type: 'thinking', thinking: thought.text, signature: thought.signature }] : []),
  ...(text ? [{ type: 'text', text }] : []),
  ...toolCalls.map(({ id, name, input }) => ({ type: 'tool_use', id, name, input })),
];

const message = (said: Said) => ({
  id: 'msg_01',
  type: 'message',
  role: 'assistant',
  model: 'claude-haiku-4-5-20251001',
  content: blocks(said),
  stop_reason: stopReason(said),
  stop_sequence: null,
  usage: USAGE,
});

/** https://platform.claude.com/docs/en/build-with-claude/streaming */
const streamed = (said: Said): SseEvent[] => {
  const event = (data: { type: string } & Record<string, unknown>): SseEvent => [data.type, data];
  const delta = (index: number, body: Record<string, unknown>) =>
    event({ type: 'content_block_delta', index, delta: body });
  const block = (index: number, start: Record<string, unknown>, deltas: SseEvent[]) => [
    event({ type: 'content_block_start', index, content_block: start }),
    ...deltas,
    event({ type: 'content_block_stop', index }),
  ];
  const { text, toolCalls = [], thought } = said;
  const list: SseEvent[] = [];
  let index = 0;
  if (thought) {
    const start = { type: 'thinking', thinking: '', signature: '' };
    const deltas = [
      delta(index, { type: 'thinking_delta', thinking: thought.text }),
      delta(index, { type: 'signature_delta', signature: thought.signature }),
    ];
    list.push(...block(index++, start, deltas));
  }
  if (text) {
    const deltas = pieces(text).map((piece) => delta(index, { type: 'text_delta', text: piece }));
    list.push(...block(index++, { type: 'text', text: '' }, deltas));
  }
  for (const { id, name, input } of toolCalls) {
    const [head, tail] = halves(JSON.stringify(input));
    const deltas = ['', head, tail].map((part) => delta(index, { type: 'input_json_delta', partial_json: part }));
    list.push(...block(index++, { type: 'tool_use', id, name, input: {} }, deltas));
  }
  return [
    event({
      type: 'message_start',
      message: { ...message({}), stop_reason: null, usage: { ...USAGE, output_tokens: 1 } },
    }),
    event({ type: 'ping' }),
    ...list,
    event({
      type: 'message_delta',
      delta: { stop_reason: stopReason(said), stop_sequence: null },
      usage: { output_tokens: 5 },
    }),
    event({ type: 'message_stop' }),
  ];
};

export const halves = (text: string): [string, string] => {
  const middle = Math.floor(text.length / 2);
  return [text.slice(0, middle), text.slice(middle)];
};

/** https://platform.claude.com/docs/en/api/errors */
const FAILURES: Record<Failure, [status: number, type: string, message: string]> = {
  invalid_key: [401, 'authentication_error', 'invalid x-api-key'],
  rate_limited: [429, 'rate_limit_error', 'This request would exceed your organization’s rate limit.'],
  overloaded: [529, 'overloaded_error', 'Overloaded'],
  fault: [500, 'api_error', 'Internal server error'],
  no_such_model: [404, 'not_found_error', 'model: claude-nothing'],
  no_credit: [400, 'invalid_request_error', 'Your credit balance is too low to access the Anthropic API.'],
  context_too_long: [400, 'invalid_request_error', 'prompt is too long: 210000 tokens > 200000 maximum'],
  filtered: [400, 'invalid_request_error', 'Output blocked by content filtering policy'],
  wrong: [400, 'invalid_request_error', 'messages.0.content: field required'],
};
const errorBody = (type: string, text: string) => ({ type: 'error', error: { type, message: text } });

/** https://platform.claude.com/docs/en/agents-and-tools/tool-use/handle-tool-calls and …/build-with-claude/vision */
const read = (body: Record<string, unknown>): ReadRequest => ({
  system: shapes(body.system)
    .map((part) => textOf(part.text))
    .join('\n'),
  turns: shapes(body.messages).map(({ role, content }) => {
    const parts = shapes(content);
    const results = parts.filter(({ type }) => type === 'tool_result');
    const texts = parts.filter(({ type }) => type === 'text');
    const images = parts.filter(({ type }) => type === 'image');
    const calls = parts.filter(({ type }) => type === 'tool_use');
    const thought = parts.find(({ type }) => type === 'thinking');
    return {
      role: results.length > 0 ? 'tool' : role === 'assistant' ? 'assistant' : 'user',
      ...(texts.length > 0 ? { text: texts.map(({ text }) => textOf(text)).join('') } : {}),
      ...(images.length > 0
        ? {
            images: images.map(({ source }) => ({
              mediaType: textOf(shape(source).media_type),
              data: shape(source).type === 'base64' ? textOf(shape(source).data) : '',
            })),
          }
        : {}),
      ...(calls.length > 0
        ? { toolCalls: calls.map(({ id, name, input }) => ({ id: textOf(id), name: textOf(name), input })) }
        : {}),
      ...(results.length > 0
        ? { toolResults: results.map((one) => ({ id: textOf(one.tool_use_id), output: readOutput(one.content) })) }
        : {}),
      ...(thought ? { signature: textOf(thought.signature) } : {}),
    };
  }),
  tools: shapes(body.tools).map(({ name, description, input_schema }) => ({
    name: textOf(name),
    description: textOf(description),
    schema: input_schema,
  })),
  toolChoice: shape(body.tool_choice).type,
  schema: shape(shape(body.output_config).format).schema,
  maxTokens: body.max_tokens,
  temperature: body.temperature,
});

const readOutput = (content: unknown): unknown =>
  typeof content === 'string'
    ? content
    : shapes(content)
        .map(({ text }) => text)
        .join('');

export const anthropicWire: Wire = {
  name: 'Claude (Messages API)',
  provider: 'anthropic',
  model: 'anthropic/claude-haiku-4-5',
  reasoner: 'anthropic/claude-sonnet-5-5',
  path: () => '/v1/messages',
  whole: message,
  streamed,
  failure: (kind) => {
    const [status, type, text] = FAILURES[kind];
    return { status, body: errorBody(type, text), ...(status === 429 ? { headers: { 'retry-after': '7' } } : {}) };
  },
  failureInStream: ['error', errorBody('overloaded_error', 'Overloaded')],
  read,
  // The Messages API does not say how many of the output tokens were thought.
  usage: { inputTokens: 30, outputTokens: 5, cachedInputTokens: 10, reasoningTokens: 0 },
};
