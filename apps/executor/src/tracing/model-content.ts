import type { ModelMessage, ModelRequest, ModelResponse } from '@agentweaver/core/models/model-call';
import { hideSecrets } from './hide-secrets.ts';

type Part = Record<string, unknown>;

/**
 * Prompts, in the form of the conventions (`gen_ai.input.messages`). Only where the operator asked for them with
 * `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT`. Images are named and not sent.
 */
export const inputContent = (request: ModelRequest): Record<string, string> => ({
  'gen_ai.system_instructions': JSON.stringify(
    hideSecrets([request.role, request.personality].filter(Boolean).map((content) => ({ type: 'text', content }))),
  ),
  'gen_ai.input.messages': JSON.stringify(
    hideSecrets(request.messages.map((message) => ({ role: message.role, parts: partsOf(message) }))),
  ),
});

export const outputContent = ({ message, finishReason }: ModelResponse): Record<string, string> => ({
  'gen_ai.output.messages': JSON.stringify(
    hideSecrets([{ role: 'assistant', parts: partsOf(message), finish_reason: finishReason }]),
  ),
});

const partsOf = ({ content }: Pick<ModelMessage, 'content'>): Part[] => content.map(partOf);

const partOf = (part: ModelMessage['content'][number]): Part => {
  switch (part.type) {
    case 'text':
      return { type: 'text', content: part.text };
    case 'reasoning':
      return { type: 'reasoning', content: part.text };
    case 'image':
      return { type: 'blob', modality: 'image', mime_type: part.mediaType };
    case 'tool_call':
      return { type: 'tool_call', id: part.callId, name: part.name, arguments: part.input };
    case 'tool_result':
      return { type: 'tool_call_response', id: part.callId, result: part.output };
  }
};
