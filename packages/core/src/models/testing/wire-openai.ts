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
import { halves } from './wire-anthropic.ts';

const USAGE = {
  input_tokens: 30,
  input_tokens_details: { cached_tokens: 10 },
  output_tokens: 5,
  output_tokens_details: { reasoning_tokens: 2 },
  total_tokens: 35,
};

const INCOMPLETE = { stop: null, length: { reason: 'max_output_tokens' }, filtered: { reason: 'content_filter' } };

/** https://developers.openai.com/api/docs/guides/reasoning#keeping-reasoning-items-in-context and …/function-calling */
const items = ({ text, toolCalls = [], thought }: Said): ({ id: string; type: string } & Record<string, unknown>)[] => [
  ...(thought
    ? [
        {
          id: 'rs_01',
          type: 'reasoning',
          summary: [{ type: 'summary_text', text: thought.text }],
          encrypted_content: thought.signature,
        },
      ]
    : []),
  ...(text
    ? [
        {
          id: 'msg_01',
          type: 'message',
          status: 'completed',
          role: 'assistant',
          content: [{ type: 'output_text', text, annotations: [] }],
        },
      ]
    : []),
  ...toolCalls.map(({ id, name, input }, i) => ({
    id: `fc_0${i}`,
    type: 'function_call',
    status: 'completed',
    call_id: id,
    name,
    arguments: JSON.stringify(input),
  })),
];

/** https://developers.openai.com/api/reference/resources/responses/methods/create */
const whole = (said: Said) => {
  const incomplete = INCOMPLETE[said.finish ?? 'stop'];
  return {
    id: 'resp_01',
    object: 'response',
    created_at: 1_760_000_000,
    status: incomplete ? 'incomplete' : 'completed',
    model: 'gpt-4.1-mini-2025-04-14',
    output: items(said),
    usage: USAGE,
    error: null,
    incomplete_details: incomplete,
  };
};

/** https://developers.openai.com/api/docs/guides/streaming-responses and …/function-calling#streaming */
const streamed = (said: Said): SseEvent[] => {
  let sequence = 0;
  const event = (type: string, data: Record<string, unknown>): SseEvent => [
    type,
    { type, sequence_number: sequence++, ...data },
  ];
  const list = [event('response.created', { response: { ...whole({}), status: 'in_progress', usage: null } })];
  items(said).forEach((item, output_index) => {
    const at = { item_id: item.id, output_index };
    list.push(event('response.output_item.added', { output_index, item: started(item) }));
    if (item.type === 'message') {
      for (const delta of pieces(said.text ?? '')) {
        list.push(event('response.output_text.delta', { ...at, content_index: 0, delta }));
      }
    }
    if (item.type === 'function_call') {
      for (const delta of halves(textOf(item.arguments)))
        list.push(event('response.function_call_arguments.delta', { ...at, delta }));
      list.push(event('response.function_call_arguments.done', { ...at, arguments: item.arguments }));
    }
    if (item.type === 'reasoning') {
      const part = { ...at, summary_index: 0 };
      list.push(
        event('response.reasoning_summary_part.added', { ...part, part: { type: 'summary_text', text: '' } }),
        event('response.reasoning_summary_text.delta', { ...part, delta: said.thought?.text }),
        event('response.reasoning_summary_part.done', {
          ...part,
          part: { type: 'summary_text', text: said.thought?.text },
        }),
      );
    }
    list.push(event('response.output_item.done', { output_index, item }));
  });
  const type = said.finish && said.finish !== 'stop' ? 'response.incomplete' : 'response.completed';
  list.push(event(type, { response: whole(said) }));
  return list;
};

const started = (item: ReturnType<typeof items>[number]) => {
  if (item.type === 'message') return { ...item, status: 'in_progress', content: [] };
  return item.type === 'reasoning' ? { ...item, summary: [] } : { ...item, status: 'in_progress', arguments: '' };
};

/** https://developers.openai.com/api/docs/guides/error-codes */
const FAILURES: Record<Failure, [status: number, type: string, code: string | null, message: string]> = {
  invalid_key: [401, 'invalid_request_error', 'invalid_api_key', 'Incorrect API key provided.'],
  rate_limited: [429, 'tokens', 'rate_limit_exceeded', 'Rate limit reached for gpt-4.1-mini on tokens per min (TPM).'],
  overloaded: [503, 'service_unavailable_error', null, 'The engine is currently overloaded, please try again later.'],
  fault: [500, 'server_error', null, 'The server had an error while processing your request.'],
  no_such_model: [404, 'invalid_request_error', 'model_not_found', 'The model `gpt-nothing` does not exist.'],
  no_credit: [429, 'insufficient_quota', 'insufficient_quota', 'You exceeded your current quota.'],
  context_too_long: [
    400,
    'invalid_request_error',
    'context_length_exceeded',
    'Your input exceeds the context window of this model.',
  ],
  filtered: [
    400,
    'invalid_request_error',
    'content_policy_violation',
    'Your request was rejected by the safety system.',
  ],
  wrong: [400, 'invalid_request_error', 'unknown_parameter', 'Unknown parameter: ‘mood’.'],
};

export const openaiFailure = (kind: Failure) => {
  const [status, type, code, message] = FAILURES[kind];
  const headers: Record<string, string> = kind === 'rate_limited' ? { 'retry-after': '7' } : {};
  return { status, body: { error: { message, type, param: null, code } }, headers };
};

/** https://developers.openai.com/api/docs/guides/images-vision */
const dataUrl = (url: unknown): { mediaType: string; data: string } => {
  const [, mediaType = '', data = ''] = /^data:([^;]+);base64,(.*)$/.exec(textOf(url)) ?? [];
  return { mediaType, data };
};

const read = (body: Record<string, unknown>): ReadRequest => {
  const input = shapes(body.input);
  const isSystem = ({ role }: Record<string, unknown>) => role === 'system' || role === 'developer';
  return {
    system: input
      .filter(isSystem)
      .map(({ content }) => textOf(content))
      .join('\n'),
    turns: joinTurns(input.filter((item) => !isSystem(item)).map(readItem)),
    tools: shapes(body.tools).map(({ name, description, parameters }) => ({
      name: textOf(name),
      description: textOf(description),
      schema: parameters,
    })),
    toolChoice: body.tool_choice,
    schema: shape(shape(body.text).format).schema,
    maxTokens: body.max_output_tokens,
    temperature: body.temperature,
  };
};

const readItem = (item: Record<string, unknown>): ReadRequest['turns'][number] => {
  if (item.type === 'function_call') {
    const call = { id: textOf(item.call_id), name: textOf(item.name), input: JSON.parse(textOf(item.arguments)) };
    return { role: 'assistant', toolCalls: [call] };
  }
  if (item.type === 'function_call_output') {
    return { role: 'tool', toolResults: [{ id: textOf(item.call_id), output: item.output }] };
  }
  if (item.type === 'reasoning') return { role: 'assistant', signature: textOf(item.encrypted_content) };
  const parts = shapes(item.content);
  const text = parts.map((part) => (/^(?:in|out)put_text$/.test(textOf(part.type)) ? textOf(part.text) : '')).join('');
  const images = parts.filter(({ type }) => type === 'input_image').map(({ image_url }) => dataUrl(image_url));
  return {
    role: item.role === 'assistant' ? 'assistant' : 'user',
    ...(text ? { text } : {}),
    ...(images.length > 0 ? { images } : {}),
  };
};

/** The Responses API has an item where others have a part of a turn. */
export const joinTurns = (turns: ReadRequest['turns']): ReadRequest['turns'] => {
  const joined: ReadRequest['turns'] = [];
  for (const turn of turns) {
    const last = joined.at(-1);
    if (!last || last.role !== turn.role || turn.role === 'user') joined.push({ ...turn });
    else {
      if (turn.toolCalls) last.toolCalls = [...(last.toolCalls ?? []), ...turn.toolCalls];
      if (turn.toolResults) last.toolResults = [...(last.toolResults ?? []), ...turn.toolResults];
      if (turn.text) last.text = `${last.text ?? ''}${turn.text}`;
      if (turn.signature) last.signature = turn.signature;
    }
  }
  return joined;
};

export const readDataUrl = dataUrl;

export const openaiWire: Wire = {
  name: 'GPT (Responses API)',
  provider: 'openai',
  model: 'openai/gpt-4.1-mini',
  reasoner: 'openai/o4-mini',
  blind: 'openai/o3-mini',
  path: () => '/v1/responses',
  whole,
  streamed,
  failure: openaiFailure,
  failureInStream: [
    'error',
    {
      type: 'error',
      sequence_number: 9,
      error: {
        type: 'service_unavailable_error',
        code: 'server_is_overloaded',
        message: 'Our servers are currently overloaded.',
        param: null,
      },
    },
  ],
  read,
  usage: { inputTokens: 30, outputTokens: 5, cachedInputTokens: 10, reasoningTokens: 2 },
};
