import { ExecutionError } from '@agentweaver/core/engine/execution-errors';

export type Budget = {
  /**
   * Sets aside the most that a call can cost, before it is made; so calls at the same time cannot pass the limit
   * together. Throws `budget_exceeded`.
   */
  reserve(mostUsd: number): Reservation;
  spentUsd(): number;
};

export type Reservation = {
  /** Replaces what was set aside by what the call did cost; later calls of this do nothing. */
  settle(costUsd: number): void;
};

/** The brake of one execution: checked before each call, not after. */
export const createBudget = ({ limitUsd, spentUsd }: { limitUsd: number | undefined; spentUsd: number }): Budget => {
  let spent = spentUsd;
  let reserved = 0;
  return {
    spentUsd: () => spent,
    reserve: (mostUsd) => {
      if (limitUsd !== undefined && mostUsd > 0 && spent + reserved + mostUsd > limitUsd) {
        throw exceeded({ limitUsd, spent: spent + reserved, mostUsd });
      }
      reserved += mostUsd;
      let settled = false;
      return {
        settle: (costUsd) => {
          if (settled) return;
          settled = true;
          reserved -= mostUsd;
          spent += costUsd;
        },
      };
    },
  };
};

const exceeded = ({ limitUsd, spent, mostUsd }: { limitUsd: number; spent: number; mostUsd: number }): ExecutionError =>
  new ExecutionError({
    code: 'budget_exceeded',
    message: `This call could cost up to ${dollars(mostUsd)}, but of the budget of ${dollars(limitUsd)} only ${dollars(Math.max(0, limitUsd - spent))} is left.`,
    hint: 'Raise the budget in the settings of the workflow, lower the maximum tokens of the agent, or use a cheaper model.',
  });

const dollars = (amount: number): string =>
  `$${amount >= 0.01 || amount === 0 ? amount.toFixed(2) : amount.toPrecision(2)}`;
