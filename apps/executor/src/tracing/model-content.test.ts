import { userMessage } from '@agentweaver/core/models/model-call';
import { expect, test } from 'vitest';
import { modelAttributes, serverAttributes } from './model-attributes.ts';
import { inputContent, outputContent } from './model-content.ts';

const usage = { inputTokens: 1, outputTokens: 1, cachedInputTokens: 0, reasoningTokens: 0 };

test('prompts and answers have the form of the conventions, and what is called a secret is hidden', () => {
  const content = inputContent({
    role: 'a helper',
    personality: '',
    model: 'auto',
    fallbackModels: [],
    messages: [
      userMessage('Look.', [{ type: 'image', mediaType: 'image/png', data: 'AAAA' }]),
      {
        role: 'assistant',
        content: [
          {
            type: 'tool_call',
            callId: 'c1',
            name: 'get',
            input: { url: 'x', headers: { Authorization: 'Bearer sk-1' } },
          },
        ],
      },
      {
        role: 'tool',
        content: [{ type: 'tool_result', callId: 'c1', name: 'get', output: { apiKey: 'sk-2' }, isError: false }],
      },
    ],
    tools: [],
    toolChoice: 'auto',
    temperature: 0,
    maxTokens: 1,
    timeoutMs: 1_000,
    cacheTtlSeconds: 0,
  });
  expect(JSON.parse(content['gen_ai.system_instructions'] ?? '')).toEqual([{ type: 'text', content: 'a helper' }]);
  expect(JSON.parse(content['gen_ai.input.messages'] ?? '')).toEqual([
    {
      role: 'user',
      parts: [
        { type: 'text', content: 'Look.' },
        { type: 'blob', modality: 'image', mime_type: 'image/png' },
      ],
    },
    {
      role: 'assistant',
      parts: [
        { type: 'tool_call', id: 'c1', name: 'get', arguments: { url: 'x', headers: { Authorization: '[redacted]' } } },
      ],
    },
    { role: 'tool', parts: [{ type: 'tool_call_response', id: 'c1', result: { apiKey: '[redacted]' } }] },
  ]);
  expect(
    outputContent({
      text: 'Yes.',
      message: { role: 'assistant', content: [{ type: 'text', text: 'Yes.' }] },
      toolCalls: [],
      model: 'openai/x',
      reason: '',
      usage,
      costUsd: 0,
      durationMs: 1,
      finishReason: 'stop',
      cached: false,
    }),
  ).toEqual({
    'gen_ai.output.messages':
      '[{"role":"assistant","parts":[{"type":"text","content":"Yes."}],"finish_reason":"stop"}]',
  });
});

test('of an address only host and port are told', () => {
  expect(serverAttributes('https://user:sk-1@models.example/v1?key=sk-2')).toEqual({
    'server.address': 'models.example',
    'server.port': 443,
  });
  expect(serverAttributes('http://127.0.0.1:8080/v1')).toEqual({ 'server.address': '127.0.0.1', 'server.port': 8080 });
  expect(serverAttributes(undefined)).toEqual({});
});

test('providers have the names of the conventions', () => {
  expect(modelAttributes('openai_compatible/llama', 'gen_ai.request.model')).toEqual({
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'llama',
  });
});
