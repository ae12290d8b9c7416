import { pieces, type ReadRequest, type Said, type SseEvent, shape, shapes, textOf, type Wire } from './wire.ts';
import { halves } from './wire-anthropic.ts';
import { openaiFailure, readDataUrl } from './wire-openai.ts';

const FINISH = { stop: 'stop', length: 'length', filtered: 'content_filter' } as const;
const finishOf = ({ toolCalls = [], finish = 'stop' }: Said) => (toolCalls.length > 0 ? 'tool_calls' : FINISH[finish]);

const toolCall = ({ id, name, input }: NonNullable<Said['toolCalls']>[number]) => ({
  id,
  type: 'function',
  function: { name, arguments: JSON.stringify(input) },
});

const USAGE = {
  prompt_tokens: 30,
  completion_tokens: 5,
  total_tokens: 35,
  prompt_tokens_details: { cached_tokens: 10 },
  completion_tokens_details: { reasoning_tokens: 2 },
};

/** https://developers.openai.com/api/reference/resources/chat/subresources/completions/methods/create */
const whole = (said: Said) => {
  const { text, toolCalls = [], thought } = said;
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_760_000_000,
    model: 'meta-llama/Llama-3.3-70B-Instruct',
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: text ?? null,
          ...(thought ? { reasoning_content: thought.text } : {}),
          ...(toolCalls.length > 0 ? { tool_calls: toolCalls.map(toolCall) } : {}),
        },
        finish_reason: finishOf(said),
        logprobs: null,
      },
    ],
    usage: USAGE,
  };
};

const chunk = (delta: object, finish: string | null = null) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 1_760_000_000,
  model: 'meta-llama/Llama-3.3-70B-Instruct',
  choices: [{ index: 0, delta, finish_reason: finish }],
});

/** The arguments of a call come in pieces, which `index` holds together. */
const streamed = (said: Said): SseEvent[] => {
  const { text = '', toolCalls = [], thought } = said;
  const list: unknown[] = [chunk({ role: 'assistant', content: '' })];
  if (thought) list.push(chunk({ reasoning_content: thought.text }));
  list.push(...pieces(text).map((content) => chunk({ content })));
  toolCalls.forEach((call, index) => {
    const [head, tail] = halves(JSON.stringify(call.input));
    const first = { index, id: call.id, type: 'function', function: { name: call.name, arguments: '' } };
    list.push(chunk({ tool_calls: [first] }));
    for (const part of [head, tail]) list.push(chunk({ tool_calls: [{ index, function: { arguments: part } }] }));
  });
  list.push(chunk({}, finishOf(said)), { ...chunk({}), choices: [], usage: USAGE }, '[DONE]');
  return list.map((data): SseEvent => [undefined, data]);
};

const read = (body: Record<string, unknown>): ReadRequest => {
  const messages = shapes(body.messages);
  return {
    system: messages
      .filter(({ role }) => role === 'system')
      .map(({ content }) => textOf(content))
      .join('\n'),
    turns: joinResults(messages.filter(({ role }) => role !== 'system').map(readMessage)),
    tools: shapes(body.tools).map(({ function: tool }) => ({
      name: textOf(shape(tool).name),
      description: textOf(shape(tool).description),
      schema: shape(tool).parameters,
    })),
    toolChoice: body.tool_choice,
    schema: shape(shape(body.response_format).json_schema).schema,
    maxTokens: body.max_tokens,
    temperature: body.temperature,
  };
};

const readMessage = (message: Record<string, unknown>): ReadRequest['turns'][number] => {
  if (message.role === 'tool') {
    return { role: 'tool', toolResults: [{ id: textOf(message.tool_call_id), output: message.content }] };
  }
  const parts = shapes(message.content);
  const text = textOf(message.content) || parts.map(({ text: one }) => textOf(one)).join('');
  const images = parts
    .filter(({ type }) => type === 'image_url')
    .map(({ image_url }) => readDataUrl(shape(image_url).url));
  const calls = shapes(message.tool_calls).map(({ id, function: call }) => ({
    id: textOf(id),
    name: textOf(shape(call).name),
    input: JSON.parse(textOf(shape(call).arguments)),
  }));
  return {
    role: message.role === 'assistant' ? 'assistant' : 'user',
    ...(text ? { text } : {}),
    ...(images.length > 0 ? { images } : {}),
    ...(calls.length > 0 ? { toolCalls: calls } : {}),
  };
};

/** Chat Completions has one message for each result. */
const joinResults = (turns: ReadRequest['turns']): ReadRequest['turns'] => {
  const joined: ReadRequest['turns'] = [];
  for (const turn of turns) {
    const last = joined.at(-1);
    if (turn.role === 'tool' && last?.role === 'tool') last.toolResults?.push(...(turn.toolResults ?? []));
    else joined.push(turn);
  }
  return joined;
};

export const compatibleWire: Wire = {
  name: 'any OpenAI-compatible server',
  provider: 'openai_compatible',
  model: 'openai_compatible/acme-multimodal-70b',
  blind: 'openai_compatible/meta-llama/Llama-3.3-70B-Instruct',
  path: () => '/v1/chat/completions',
  whole,
  streamed,
  failure: openaiFailure,
  failureInStream: [
    undefined,
    { error: { message: 'The server is overloaded.', type: 'overloaded_error', code: 503 } },
  ],
  read,
  usage: { inputTokens: 30, outputTokens: 5, cachedInputTokens: 10, reasoningTokens: 2 },
};

/**
 * https://docs.ollama.com/api/openai-compatibility: no details of the usage, thoughts under `reasoning`, each tool call
 * in one piece, an `error` that says no more than a message.
 */
const OLLAMA_USAGE = { prompt_tokens: 30, completion_tokens: 5, total_tokens: 35 };

const ollamaWhole = (said: Said) => {
  const answer = whole(said);
  return { ...answer, model: 'llama3.2-vision', system_fingerprint: 'fp_ollama', usage: OLLAMA_USAGE };
};

const ollamaStreamed = (said: Said): SseEvent[] => {
  const { text = '', toolCalls = [], thought } = said;
  const base = { role: 'assistant', content: '' };
  const list: unknown[] = thought ? [chunk({ ...base, reasoning: thought.text })] : [];
  list.push(...pieces(text).map((content) => chunk({ ...base, content })));
  if (toolCalls.length > 0) {
    list.push(chunk({ ...base, tool_calls: toolCalls.map((call, index) => ({ index, ...toolCall(call) })) }));
  }
  list.push(chunk(base, finishOf(said)), { ...chunk({}), choices: [], usage: OLLAMA_USAGE }, '[DONE]');
  return list.map((data): SseEvent => [undefined, data]);
};

export const ollamaWire: Wire = {
  ...compatibleWire,
  name: 'Llama on Ollama',
  model: 'openai_compatible/llama3.2-vision',
  blind: 'openai_compatible/llama3.1:8b',
  whole: ollamaWhole,
  streamed: ollamaStreamed,
  failureInStream: [
    undefined,
    {
      error: {
        message: 'server busy: overloaded, maximum pending requests exceeded',
        type: 'api_error',
        param: null,
        code: null,
      },
    },
  ],
  usage: { inputTokens: 30, outputTokens: 5, cachedInputTokens: 0, reasoningTokens: 0 },
};
