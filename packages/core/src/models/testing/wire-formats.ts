/** What each provider sends for a text, and streamed for “Hello there”: 30 tokens in, 10 of them cached, 5 out. */
import type { ProviderConnection } from '../create-model.ts';

export type Provider = ProviderConnection['provider'];

export const MODELS: Record<Provider, string> = {
  anthropic: 'anthropic/claude-haiku-4-5',
  openai: 'openai/gpt-4.1-mini',
  google: 'google/gemini-2.5-flash',
  openai_compatible: 'openai_compatible/qwen3:8b',
};

export const anthropicMessage = (text: string, more: object = {}) => ({
  id: 'msg_01',
  type: 'message',
  role: 'assistant',
  model: 'claude-haiku-4-5-20251001',
  content: [{ type: 'text', text }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 20, cache_creation_input_tokens: 0, cache_read_input_tokens: 10, output_tokens: 5 },
  ...more,
});

export const openaiResponse = (text: string, more: object = {}) => ({
  id: 'resp_01',
  object: 'response',
  created_at: 1_760_000_000,
  status: 'completed',
  model: 'gpt-4.1-mini-2025-04-14',
  output: [
    {
      id: 'msg_01',
      type: 'message',
      status: 'completed',
      role: 'assistant',
      content: [{ type: 'output_text', text, annotations: [] }],
    },
  ],
  usage: {
    input_tokens: 30,
    input_tokens_details: { cached_tokens: 10 },
    output_tokens: 5,
    output_tokens_details: { reasoning_tokens: 2 },
    total_tokens: 35,
  },
  error: null,
  incomplete_details: null,
  ...more,
});

export const googleResponse = (text: string, more: object = {}) => ({
  candidates: [{ content: { parts: [{ text }], role: 'model' }, finishReason: 'STOP', index: 0, ...more }],
  usageMetadata: {
    promptTokenCount: 30,
    candidatesTokenCount: 3,
    thoughtsTokenCount: 2,
    cachedContentTokenCount: 10,
    totalTokenCount: 35,
  },
  modelVersion: 'gemini-2.5-flash',
});

const compatibleUsage = {
  prompt_tokens: 30,
  completion_tokens: 5,
  total_tokens: 35,
  prompt_tokens_details: { cached_tokens: 10 },
};
export const compatibleResponse = (text: string, more: object = {}) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1_760_000_000,
  model: 'qwen3:8b',
  choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop', ...more }],
  usage: compatibleUsage,
});

export const PLAIN: Record<Provider, (text: string) => unknown> = {
  anthropic: anthropicMessage,
  openai: openaiResponse,
  google: googleResponse,
  openai_compatible: compatibleResponse,
};

const compatibleChunk = (delta: object, finish: string | null = null) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 1_760_000_000,
  model: 'qwen3:8b',
  choices: [{ index: 0, delta, finish_reason: finish }],
});

export const STREAMED: Record<Provider, [string | undefined, unknown][]> = {
  anthropic: [
    ['message_start', { type: 'message_start', message: { ...anthropicMessage(''), content: [], stop_reason: null } }],
    ['content_block_start', { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }],
    ['ping', { type: 'ping' }],
    ['content_block_delta', { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hello ' } }],
    ['content_block_delta', { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'there' } }],
    ['content_block_stop', { type: 'content_block_stop', index: 0 }],
    [
      'message_delta',
      { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 5 } },
    ],
    ['message_stop', { type: 'message_stop' }],
  ],
  openai: [
    [
      'response.created',
      {
        type: 'response.created',
        sequence_number: 0,
        response: { ...openaiResponse(''), output: [], status: 'in_progress', usage: null },
      },
    ],
    [
      'response.output_item.added',
      {
        type: 'response.output_item.added',
        sequence_number: 1,
        output_index: 0,
        item: { id: 'msg_01', type: 'message', status: 'in_progress', role: 'assistant', content: [] },
      },
    ],
    [
      'response.output_text.delta',
      {
        type: 'response.output_text.delta',
        sequence_number: 2,
        item_id: 'msg_01',
        output_index: 0,
        content_index: 0,
        delta: 'Hello ',
      },
    ],
    [
      'response.output_text.delta',
      {
        type: 'response.output_text.delta',
        sequence_number: 3,
        item_id: 'msg_01',
        output_index: 0,
        content_index: 0,
        delta: 'there',
      },
    ],
    [
      'response.output_item.done',
      {
        type: 'response.output_item.done',
        sequence_number: 4,
        output_index: 0,
        item: {
          id: 'msg_01',
          type: 'message',
          status: 'completed',
          role: 'assistant',
          content: [{ type: 'output_text', text: 'Hello there', annotations: [] }],
        },
      },
    ],
    ['response.completed', { type: 'response.completed', sequence_number: 5, response: openaiResponse('Hello there') }],
  ],
  google: [
    [undefined, { candidates: [{ content: { parts: [{ text: 'Hello ' }], role: 'model' }, index: 0 }] }],
    [undefined, googleResponse('there')],
  ],
  openai_compatible: [
    [undefined, compatibleChunk({ role: 'assistant', content: 'Hello ' })],
    [undefined, compatibleChunk({ content: 'there' })],
    [undefined, compatibleChunk({}, 'stop')],
    [undefined, { ...compatibleChunk({}), choices: [], usage: compatibleUsage }],
    [undefined, '[DONE]'],
  ],
};
