import { ExecutionError } from '../engine/execution-errors.ts';
import type { AmountKind } from './amount.ts';
import type { ReachedLimit } from './decide.ts';

/** An amount as people read it, with its unit. */
export const describeAmount = (kind: AmountKind, amount: number): string => {
  switch (kind) {
    case 'usd':
      return dollars(amount);
    case 'tokens':
      return `${Math.ceil(amount).toLocaleString('en')} tokens`;
    case 'modelCalls':
      return amount === 1 ? '1 model call' : `${amount.toLocaleString('en')} model calls`;
    case 'seconds':
      return `${Math.round(amount * 10) / 10} s of model time`;
  }
};

/** Cents, and for less than that two digits that say something. */
export const dollars = (amount: number): string =>
  `$${amount >= 0.01 || amount === 0 ? amount.toFixed(2) : amount.toPrecision(2)}`;

const ownerOf = ({ scope }: ReachedLimit): string =>
  scope.kind === 'node' ? `the step ${scope.nodeId ?? ''}`.trim() : 'the execution';

export const budgetExceeded = (reached: ReachedLimit): ExecutionError => {
  const { kind, limit, used, reserved, most } = reached.excess;
  const left = describeAmount(kind, Math.max(0, limit - used - reserved));
  return new ExecutionError({
    code: 'budget_exceeded',
    message: `This call could use up to ${describeAmount(kind, most)}, but of the budget of ${ownerOf(reached)}, ${describeAmount(kind, limit)}, only ${left} is left.`,
    hint: HINTS[kind],
  });
};

const HINTS: Record<AmountKind, string> = {
  usd: 'Raise the budget, lower the maximum tokens of the agent, or use a cheaper model.',
  tokens: 'Raise the budget, shorten the prompt, or lower the maximum tokens of the agent.',
  modelCalls: 'Raise the budget, or let the agent take fewer steps.',
  seconds: 'Raise the budget, or use a faster model.',
};

/** A person was asked for more and said no. */
export const budgetStopped = ({ kind, limit }: { kind: AmountKind; limit: number }): ExecutionError =>
  new ExecutionError({
    code: 'budget_exceeded',
    message: `The budget of ${describeAmount(kind, limit)} was reached, and it was decided not to raise it.`,
    hint: 'Run it again with a larger budget.',
  });
