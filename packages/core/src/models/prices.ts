import type { Usage } from './model-call.ts';

/** US dollars for a million tokens. */
export type Rate = { input: number; cachedInput: number; output: number };

type Price = Rate & {
  /** The whole request costs this when its input is longer than `above` tokens. */
  long?: Rate & { above: number };
  /** From midnight UTC of this day on; absent: from ever. */
  from?: string;
  /** When the source was read. */
  asOf: string;
};

/** The pages that the prices are from. Reasoning tokens are output tokens on all of them. */
const SOURCES: Record<string, string> = {
  anthropic: 'https://platform.claude.com/docs/en/about-claude/pricing',
  openai: 'https://developers.openai.com/api/docs/pricing',
  google: 'https://ai.google.dev/gemini-api/docs/pricing',
};

const rate = (input: number, cachedInput: number, output: number): Rate => ({ input, cachedInput, output });
const price = (
  asOf: string,
  input: number,
  cachedInput: number,
  output: number,
  more: Omit<Partial<Price>, 'asOf'> = {},
) => ({
  ...rate(input, cachedInput, output),
  ...more,
  asOf,
});

/** OpenAI doubles input and takes half as much again for output above 272,000 tokens of input. */
const longOpenAi = (input: number, cachedInput: number, output: number) => ({
  long: { ...rate(input * 2, cachedInput * 2, output * 1.5), above: 272_000 },
});

/** Google's launch price of the Flash models, and what follows it. */
const flashPrices: Price[] = [
  price('2026-10-07', 0.75, 0.075, 3.75),
  price('2026-10-07', 1.5, 0.15, 7.5, { from: '2027-01-01' }),
];

/** By `provider/model`, without a date suffix. The last entry that has begun counts. */
const PRICES: Record<string, Price[]> = {
  'anthropic/claude-fable-5-1': [price('2026-10-10', 10, 0.25, 50)],
  'anthropic/claude-fable-5': [price('2026-10-10', 10, 1, 50)],
  'anthropic/claude-opus-5-5': [price('2026-10-10', 4, 0.2, 20)],
  'anthropic/claude-opus-5': [price('2026-10-10', 5, 0.5, 25)],
  'anthropic/claude-opus-4-8': [price('2026-10-10', 5, 0.5, 25)],
  'anthropic/claude-opus-4-7': [price('2026-10-10', 5, 0.5, 25)],
  'anthropic/claude-opus-4-6': [price('2026-10-10', 5, 0.5, 25)],
  'anthropic/claude-opus-4-5': [price('2026-10-10', 5, 0.5, 25)],
  'anthropic/claude-opus-4-1': [price('2026-10-10', 15, 1.5, 75)],
  'anthropic/claude-sonnet-5-5': [price('2026-10-10', 2, 0.2, 10)],
  'anthropic/claude-sonnet-5': [price('2026-10-10', 2, 0.2, 10)],
  'anthropic/claude-sonnet-4-6': [price('2026-10-10', 3, 0.3, 15)],
  'anthropic/claude-sonnet-4-5': [price('2026-10-10', 3, 0.3, 15)],
  'anthropic/claude-haiku-5-5': [
    price('2026-10-10', 0.1, 0.01, 0.5, { long: { ...rate(0.5, 0.05, 2.5), above: 100_000 } }),
  ],
  'anthropic/claude-haiku-4-5': [price('2026-10-10', 1, 0.1, 5)],

  'openai/gpt-6.1-sol': [price('2026-10-01', 2, 0.1, 10, longOpenAi(2, 0.1, 10))],
  'openai/gpt-6-sol': [price('2026-09-22', 2, 0.2, 10, longOpenAi(2, 0.2, 10))],
  'openai/gpt-6-luna': [price('2026-09-22', 0.1, 0.01, 0.5, longOpenAi(0.1, 0.01, 0.5))],
  'openai/gpt-6-astra': [price('2026-09-07', 10, 1, 50, longOpenAi(10, 1, 50))],
  'openai/gpt-5.6': [price('2026-09-07', 4, 0.4, 20, longOpenAi(4, 0.4, 20))],
  'openai/gpt-5.6-sol': [price('2026-09-07', 4, 0.4, 20, longOpenAi(4, 0.4, 20))],
  'openai/gpt-5.6-terra': [price('2026-09-07', 2, 0.2, 12, longOpenAi(2, 0.2, 12))],
  'openai/gpt-5.6-luna': [price('2026-09-07', 0.2, 0.02, 1.2, longOpenAi(0.2, 0.02, 1.2))],
  'openai/gpt-5.5': [price('2026-08-05', 5, 0.5, 30)],
  'openai/gpt-5.4': [price('2026-08-05', 2.5, 0.25, 15)],
  'openai/gpt-5.4-mini': [price('2026-08-05', 0.75, 0.075, 4.5)],
  'openai/gpt-5.4-nano': [price('2026-08-05', 0.2, 0.02, 1.25)],
  'openai/gpt-5.2': [price('2026-08-05', 1.75, 0.175, 14)],
  'openai/gpt-5.1': [price('2026-08-05', 1.25, 0.125, 10)],
  'openai/gpt-5': [price('2026-08-05', 1.25, 0.125, 10)],
  'openai/gpt-5-mini': [price('2026-08-05', 0.25, 0.025, 2)],
  'openai/gpt-5-nano': [price('2026-08-05', 0.05, 0.005, 0.4)],
  'openai/gpt-4.1': [price('2026-08-05', 2, 0.5, 8)],
  'openai/gpt-4.1-mini': [price('2026-08-05', 0.4, 0.1, 1.6)],
  'openai/gpt-4.1-nano': [price('2026-08-05', 0.1, 0.025, 0.4)],
  'openai/gpt-4o': [price('2026-08-05', 2.5, 1.25, 10)],
  'openai/gpt-4o-mini': [price('2026-08-05', 0.15, 0.075, 0.6)],
  'openai/o3': [price('2026-08-05', 2, 0.5, 8)],
  'openai/o4-mini': [price('2026-08-05', 1.1, 0.275, 4.4)],

  'google/gemini-3.8-flash': flashPrices,
  'google/gemini-3.7-flash': flashPrices,
  'google/gemini-3.6-flash': flashPrices,
  'google/gemini-3.5-flash': [price('2026-08-05', 1.5, 0.15, 9)],
  'google/gemini-3.5-flash-lite': [price('2026-08-05', 0.3, 0.03, 2.5)],
  'google/gemini-3.1-pro-preview': [price('2026-08-05', 2, 0.2, 12, { long: { ...rate(4, 0.4, 18), above: 200_000 } })],
  'google/gemini-2.5-pro': [price('2026-08-05', 1.25, 0.125, 10, { long: { ...rate(2.5, 0.25, 15), above: 200_000 } })],
  'google/gemini-2.5-flash': [price('2026-08-05', 0.3, 0.03, 2.5)],
  'google/gemini-2.5-flash-lite': [price('2026-08-05', 0.1, 0.01, 0.4)],

  'demo/demo-model': [price('2026-11-20', 0, 0, 0)],
};

const TOKENS_PER_PRICE = 1_000_000;

/** The price of a model at a time; `undefined` when the table has none. Dated names count as their model. */
export const priceOf = (
  modelId: string,
  at: Date = new Date(),
): (Price & { /** The page it is from; absent for the demo model. */ source: string | undefined }) | undefined => {
  const entries = PRICES[modelId] ?? PRICES[modelId.replace(/-(?:\d{8}|\d{4}-\d{2}-\d{2})$/, '')];
  const current = entries?.findLast(({ from }) => from === undefined || at.getTime() >= Date.parse(from));
  return current && { ...current, source: SOURCES[modelId.split('/', 1)[0] ?? ''] };
};

export type Cost = {
  /** US dollars. 0 when `priced` is false. */
  costUsd: number;
  /** Whether the model's price is known. */
  priced: boolean;
};

/** What somebody pays instead of the list price, by `provider/model`. */
export type PriceOverrides = ReadonlyMap<string, Rate>;

export type PriceOptions = {
  /** Of the call; now when absent. */
  at?: Date | undefined;
  overrides?: PriceOverrides | undefined;
};

/** What a call cost: at the given rates, else at the provider's list price without discounts. */
export const costOf = (modelId: string, usage: Usage, { at, overrides }: PriceOptions = {}): Cost => {
  const own = overrides?.get(modelId);
  if (own) return { costUsd: total(own, usage), priced: true };
  const found = priceOf(modelId, at);
  if (!found) return { costUsd: 0, priced: false };
  return {
    costUsd: total(found.long && usage.inputTokens > found.long.above ? found.long : found, usage),
    priced: true,
  };
};

const total = (rates: Rate, usage: Usage): number => {
  const cached = Math.min(usage.cachedInputTokens, usage.inputTokens);
  const tokens =
    (usage.inputTokens - cached) * rates.input + cached * rates.cachedInput + usage.outputTokens * rates.output;
  return tokens / TOKENS_PER_PRICE;
};

/** Said in the reason of every call whose cost could not be counted. */
export const UNKNOWN_PRICE = 'Its price is not known, so its cost counts as 0.';
