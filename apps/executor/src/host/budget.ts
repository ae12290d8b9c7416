import { ExecutionError } from '@agentweaver/core/engine/execution-errors';

export type Budget = {
  /**
   * Sets aside the most that a call can cost, before it is made; so calls at the same time cannot pass the limit
   * together. Rejects with `budget_exceeded`.
   */
  reserve(mostUsd: number): Promise<Reservation>;
};

export type Reservation = {
  /** Replaces what was set aside by what the call did cost; later calls of this do nothing. */
  settle(costUsd: number): void;
};

export type BudgetOptions = {
  /** For the execution; none when absent. */
  limitUsd: number | undefined;
  /** By earlier claims of the same execution. */
  spentUsd: number;
  /** For all executions of the workspace in one UTC day. */
  day?: { limitUsd: number; spentUsd: () => Promise<number> };
};

/** The brake on money: checked before each call, not after. What costs nothing always passes. */
export const createBudget = ({ limitUsd, spentUsd, day }: BudgetOptions): Budget => {
  let spent = spentUsd;
  let reserved = 0;
  return {
    reserve: async (mostUsd) => {
      if (mostUsd > 0 && day) {
        const today = (await day.spentUsd()) + reserved;
        if (today + mostUsd > day.limitUsd) throw dayExceeded({ limitUsd: day.limitUsd, spent: today, mostUsd });
      }
      // From here to the reservation nothing waits: two calls at once see each other.
      if (mostUsd > 0 && limitUsd !== undefined && spent + reserved + mostUsd > limitUsd) {
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

type Excess = { limitUsd: number; spent: number; mostUsd: number };

const exceeded = ({ limitUsd, spent, mostUsd }: Excess): ExecutionError =>
  new ExecutionError({
    code: 'budget_exceeded',
    message: `This call could cost up to ${dollars(mostUsd)}, but of the budget of ${dollars(limitUsd)} only ${dollars(Math.max(0, limitUsd - spent))} is left.`,
    hint: 'Raise the budget in the settings of the workflow, lower the maximum tokens of the agent, or use a cheaper model.',
  });

const dayExceeded = ({ limitUsd, spent, mostUsd }: Excess): ExecutionError =>
  new ExecutionError({
    code: 'budget_exceeded',
    message: `This call could cost up to ${dollars(mostUsd)}, but of the ${dollars(limitUsd)} that this workspace may spend a day only ${dollars(Math.max(0, limitUsd - spent))} is left.`,
    hint: 'It can go on at midnight UTC, or an owner raises the limit of the workspace.',
  });

const dollars = (amount: number): string =>
  `$${amount >= 0.01 || amount === 0 ? amount.toFixed(2) : amount.toPrecision(2)}`;
