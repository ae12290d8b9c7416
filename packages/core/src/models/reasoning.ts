import { capabilitiesOf } from './capabilities.ts';
import { parseModelId } from './catalog.ts';
import type { ModelRequest } from './model-call.ts';

export type ReasoningEffort = NonNullable<ModelRequest['reasoningEffort']>;

/** Tokens to think, for models that are told a number. 1,024 is the least that Anthropic takes. */
const BUDGETS: Record<ReasoningEffort, number> = { low: 1_024, medium: 8_192, high: 24_576 };

type ReasoningOptions = Record<string, Record<string, string | number | boolean | { [key: string]: string | number }>>;

/** What a request's `reasoningEffort` means to its model, as options of the SDK's provider; empty where it means nothing. */
export const reasoningOptions = (request: ModelRequest, modelId: string): ReasoningOptions => {
  const provider = parseModelId(modelId)?.provider;
  const effort = request.reasoningEffort;
  const { reasoning } = capabilitiesOf(modelId);
  if (effort === undefined || reasoning === 'none') return {};
  switch (provider) {
    case 'anthropic': {
      if (reasoning === 'effort') return { anthropic: { effort, thinking: { type: 'adaptive' } } };
      const budgetTokens = thinkingBudgetOf(modelId, request);
      return budgetTokens === 0 ? {} : { anthropic: { thinking: { type: 'enabled', budgetTokens } } };
    }
    case 'openai':
      return { openai: { reasoningEffort: effort } };
    case 'google':
      return reasoning === 'level'
        ? { google: { thinkingConfig: { thinkingLevel: effort } } }
        : // Of Google's limit on the answer thoughts are a part, so they leave half of it.
          {
            google: {
              thinkingConfig: { thinkingBudget: Math.min(BUDGETS[effort], Math.floor(request.maxTokens / 2)) },
            },
          };
    default:
      return { openai_compatible: { reasoningEffort: effort } };
  }
};

/**
 * Tokens that a model may think on top of `maxTokens`: only Anthropic's older models count them apart. They refuse to
 * think when a tool is forced, and in the middle of tool calls whose thoughts came from another model.
 */
export const thinkingBudgetOf = (modelId: string, request: ModelRequest): number => {
  const { reasoningEffort, toolChoice, tools } = request;
  const isCounted = parseModelId(modelId)?.provider === 'anthropic' && capabilitiesOf(modelId).reasoning === 'budget';
  if (!isCounted || reasoningEffort === undefined) return 0;
  const isForced = tools.length > 0 && toolChoice === 'required';
  return isForced || !startsWithThoughts(request, modelId) ? 0 : BUDGETS[reasoningEffort];
};

const startsWithThoughts = ({ messages }: ModelRequest, modelId: string): boolean => {
  if (messages.at(-1)?.role !== 'tool') return true;
  const asked = messages.findLast((message) => message.role === 'assistant');
  const [first] = asked?.content ?? [];
  return first?.type === 'reasoning' && originOf(first.providerOptions) === modelId;
};

const ORIGIN = 'agentweaver';

/** Which model a part came from, as noted by `withOrigin`. */
export const originOf = (providerOptions: Record<string, Record<string, unknown>> | undefined): unknown =>
  providerOptions?.[ORIGIN]?.model;

/** Of which model a part is, noted with what only that model understands, so that no other one is sent it. */
export const withOrigin = (
  providerMetadata: Record<string, Record<string, unknown>> | undefined,
  modelId: string,
): { providerOptions: Record<string, Record<string, unknown>> } => ({
  providerOptions: { ...providerMetadata, [ORIGIN]: { model: modelId } },
});
