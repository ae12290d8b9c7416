import type { AssistantContent, ModelMessage as SdkMessage, ToolContent, UserContent } from 'ai';
import type { AssistantMessage, ModelMessage } from './model-call.ts';
import { originOf } from './reasoning.ts';

type Options = Record<string, Record<string, never>>;

/** The conversation as the SDK takes it. Empty answers are left out: providers refuse them. */
export const toSdkMessages = (messages: readonly ModelMessage[], modelId: string): SdkMessage[] =>
  messages.flatMap((message): SdkMessage[] => {
    if (message.role === 'user') return [{ role: 'user', content: toUserContent(message) }];
    if (message.role === 'tool') return [{ role: 'tool', content: toToolContent(message) }];
    const content = toAssistantContent(message, modelId);
    return content.length === 0 ? [] : [{ role: 'assistant', content }];
  });

const toUserContent = ({ content }: Extract<ModelMessage, { role: 'user' }>): UserContent =>
  content.map((part) =>
    part.type === 'text'
      ? { type: 'text' as const, text: part.text }
      : { type: 'file' as const, data: part.data, mediaType: part.mediaType },
  );

/**
 * What only the model that wrote a part can read (signatures of thoughts, ids of items) goes back to that model alone,
 * and so do its thoughts: providers refuse those of others.
 */
const toAssistantContent = ({ content }: AssistantMessage, modelId: string): Exclude<AssistantContent, string> =>
  content.flatMap((part): Exclude<AssistantContent, string> => {
    const origin = originOf(part.providerOptions);
    const isOwn = origin === undefined || origin === modelId;
    const options = isOwn && part.providerOptions ? { providerOptions: ownOptions(part.providerOptions) } : {};
    if (part.type === 'reasoning') return isOwn ? [{ type: 'reasoning', text: part.text, ...options }] : [];
    if (part.type === 'text') {
      return part.text === '' && !part.providerOptions ? [] : [{ type: 'text', text: part.text, ...options }];
    }
    const { callId: toolCallId, name: toolName, input } = part;
    return [{ type: 'tool-call', toolCallId, toolName, input: asObject(input), ...options }];
  });

/** Compatible servers give Gemini's signatures under their own name and take them back under Google's. */
const ownOptions = (providerOptions: Record<string, Record<string, unknown>>): Options => {
  const { agentweaver: _origin, openai_compatible: compatible, ...rest } = providerOptions;
  const signature = compatible?.thoughtSignature;
  return { ...rest, ...(signature === undefined ? {} : { google: { thoughtSignature: signature } }) } as Options;
};

/** Providers take nothing but objects here; a model may have given anything. */
const asObject = (input: unknown): Record<string, unknown> =>
  typeof input === 'object' && input !== null && !Array.isArray(input)
    ? (input as Record<string, unknown>)
    : { unreadable: input };

const toToolContent = ({ content }: Extract<ModelMessage, { role: 'tool' }>): ToolContent =>
  content.map(({ callId, name, output, isError }) => ({
    type: 'tool-result' as const,
    toolCallId: callId,
    toolName: name,
    output:
      typeof output === 'string'
        ? { type: isError ? ('error-text' as const) : ('text' as const), value: output }
        : { type: isError ? ('error-json' as const) : ('json' as const), value: (output ?? null) as null },
  }));
