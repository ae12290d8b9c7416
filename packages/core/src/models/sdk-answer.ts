import type { ContentPart, FinishReason, LanguageModelUsage, ToolSet } from 'ai';
import type { AssistantMessage, ModelRequest, ModelResponse, ToolCallPart, Usage } from './model-call.ts';
import { ModelError } from './model-errors.ts';
import { costOf, type PriceOptions, UNKNOWN_PRICE } from './prices.ts';
import { withOrigin } from './reasoning.ts';

/** What the SDK gives for an answer, streamed or not. */
export type SdkAnswer = {
  content: readonly ContentPart<ToolSet>[];
  usage: LanguageModelUsage | undefined;
  finishReason: FinishReason | undefined;
};

/** A provider's answer as a response; throws where it says nothing because it was filtered. */
export const toModelResponse = (
  { content, usage: sdkUsage, finishReason: sdkReason }: SdkAnswer,
  {
    request,
    modelId,
    providerName,
    durationMs,
    prices,
  }: { request: ModelRequest; modelId: string; providerName: string; durationMs: number; prices: PriceOptions },
): ModelResponse => {
  const parts = content.flatMap((part) => toPart(part, modelId));
  const text = parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('');
  const toolCalls = parts.filter((part): part is ToolCallPart => part.type === 'tool_call');
  const finishReason = toolCalls.length > 0 ? 'tool_calls' : FINISH_REASONS[sdkReason ?? 'other'];
  if (finishReason === 'content_filter' && text === '') {
    throw new ModelError({
      code: 'model_refused',
      message: `${providerName} filtered the answer.`,
      hint: 'Change the prompt so that it keeps to the provider’s rules.',
    });
  }
  const usage = toUsage(sdkUsage);
  const { costUsd, priced } = costOf(modelId, usage, prices);
  return {
    text,
    message: { role: 'assistant', content: parts },
    toolCalls,
    ...(request.outputSchema && toolCalls.length === 0 ? { output: parseJson(text) } : {}),
    model: modelId,
    reason: priced ? 'Named by the agent.' : `Named by the agent. ${UNKNOWN_PRICE}`,
    usage,
    costUsd,
    durationMs: Math.round(durationMs),
    finishReason,
    cached: false,
  };
};

const FINISH_REASONS: Record<FinishReason, ModelResponse['finishReason']> = {
  stop: 'stop',
  length: 'length',
  'content-filter': 'content_filter',
  'tool-calls': 'tool_calls',
  error: 'other',
  other: 'other',
};

/** Only what a provider adds ties a text or a call to its model; thoughts are its own in any case. */
const originOf = (metadata: Record<string, Record<string, unknown>> | undefined, modelId: string) =>
  metadata && Object.keys(metadata).length > 0 ? withOrigin(metadata, modelId) : {};

/** Sources and files are left out: nothing asks for them. */
const toPart = (part: ContentPart<ToolSet>, modelId: string): AssistantMessage['content'] => {
  switch (part.type) {
    case 'text':
      return [{ type: 'text', text: part.text, ...originOf(part.providerMetadata, modelId) }];
    case 'reasoning':
      return [{ type: 'reasoning', text: part.text, ...withOrigin(part.providerMetadata, modelId) }];
    case 'tool-call': {
      const { toolCallId: callId, toolName: name, input, providerMetadata } = part;
      return [{ type: 'tool_call', callId, name, input, ...originOf(providerMetadata, modelId) }];
    }
    default:
      return [];
  }
};

const toUsage = (usage: LanguageModelUsage | undefined): Usage => ({
  inputTokens: usage?.inputTokens ?? 0,
  outputTokens: usage?.outputTokens ?? 0,
  cachedInputTokens: usage?.inputTokenDetails?.cacheReadTokens ?? 0,
  reasoningTokens: usage?.outputTokenDetails?.reasoningTokens ?? 0,
});

/** `undefined` when the text is no JSON. Some models wrap it in a fence. */
const parseJson = (text: string): unknown => {
  const bare = /^\s*```(?:json)?\s*\n([\s\S]*?)\n?```\s*$/.exec(text)?.[1] ?? text;
  try {
    return JSON.parse(bare);
  } catch {
    return undefined;
  }
};
