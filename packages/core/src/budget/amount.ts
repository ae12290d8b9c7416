import type { BudgetLimits } from '../definition/workflow-definition.ts';

/** What model calls use, in each of the kinds that a budget may limit. */
export type Amount = {
  /** US dollars. */
  usd: number;
  /** Input and output together. */
  tokens: number;
  modelCalls: number;
  seconds: number;
};

export type AmountKind = keyof Amount & keyof BudgetLimits;

export const AMOUNT_KINDS: readonly AmountKind[] = ['usd', 'tokens', 'modelCalls', 'seconds'];

export const NOTHING: Amount = { usd: 0, tokens: 0, modelCalls: 0, seconds: 0 };

export const addAmounts = (left: Amount, right: Amount): Amount => ({
  usd: left.usd + right.usd,
  tokens: left.tokens + right.tokens,
  modelCalls: left.modelCalls + right.modelCalls,
  seconds: left.seconds + right.seconds,
});

export const subtractAmounts = (left: Amount, right: Amount): Amount => ({
  usd: left.usd - right.usd,
  tokens: left.tokens - right.tokens,
  modelCalls: left.modelCalls - right.modelCalls,
  seconds: left.seconds - right.seconds,
});
