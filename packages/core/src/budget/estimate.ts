import { capabilitiesOf } from '../models/capabilities.ts';
import { type ModelMessage, type ModelRequest, NO_USAGE } from '../models/model-call.ts';
import { costOf, type PriceOptions } from '../models/prices.ts';
import { thinkingBudgetOf } from '../models/reasoning.ts';
import type { Amount } from './amount.ts';
import { mostTokens } from './most-tokens.ts';

/** What providers add around the conversation, each message and the tools, generously. */
const REQUEST_TOKENS = 100;
const MESSAGE_TOKENS = 10;
const TOOLS_TOKENS = 600;

const tokensOf = (value: unknown): number =>
  mostTokens(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));

const messageTokens = ({ content }: ModelMessage, imageTokens: number): number => {
  let tokens = MESSAGE_TOKENS;
  for (const part of content)
    tokens += part.type === 'image' ? imageTokens : part.type === 'text' ? tokensOf(part.text) : tokensOf(part);
  return tokens;
};

/** Input tokens of a request for one model: never fewer than it will count. */
export const mostInputTokens = (request: ModelRequest, modelId = request.model): number => {
  const { imageTokens } = capabilitiesOf(modelId);
  const rest = tokensOf(request.role) + tokensOf(request.personality);
  // A schema may be sent twice: to the server, and in words for models that are not shown it.
  const schema = 2 * tokensOf(request.outputSchema ?? '');
  const tools = request.tools.length > 0 ? TOOLS_TOKENS + tokensOf(request.tools) : 0;
  const messages = request.messages.reduce((sum, message) => sum + messageTokens(message, imageTokens), 0);
  return Math.ceil(REQUEST_TOKENS + rest + schema + tools + messages);
};

/** The most that one request can use of one model. Dollars are 0 where no price is known. */
export const estimateModel = (request: ModelRequest, modelId: string, prices: PriceOptions = {}): Amount => {
  const inputTokens = mostInputTokens(request, modelId);
  const outputTokens = request.maxTokens + thinkingBudgetOf(modelId, request);
  const { costUsd } = costOf(modelId, { ...NO_USAGE, inputTokens, outputTokens }, prices);
  return { usd: costUsd, tokens: inputTokens + outputTokens, modelCalls: 1, seconds: request.timeoutMs / 1_000 };
};

/** The same with its fallback models: the most that any of them can use, and the time of all, one after another. */
export const estimateCall = (request: ModelRequest, prices: PriceOptions = {}): Amount => {
  const each = [request.model, ...request.fallbackModels].map((model) => estimateModel(request, model, prices));
  const most = (kind: keyof Amount) => Math.max(...each.map((amount) => amount[kind]));
  const seconds = each.reduce((sum, amount) => sum + amount.seconds, 0);
  return { usd: most('usd'), tokens: most('tokens'), modelCalls: most('modelCalls'), seconds };
};
