import type { BudgetLimits } from '../definition/workflow-definition.ts';
import { AMOUNT_KINDS, type Amount, type AmountKind, addAmounts, NOTHING, subtractAmounts } from './amount.ts';

/** A limit that a call could pass, and by how much. */
export type Excess = {
  kind: AmountKind;
  limit: number;
  /** What was used and settled. */
  used: number;
  /** What calls that run at this moment have set aside. */
  reserved: number;
  /** The most that the call can use. */
  most: number;
  /** How much of the limit is missing. */
  by: number;
  /** It would still be missing if the calls that run now used nothing. */
  isLasting: boolean;
};

export type Reservation = {
  /** Replaces what was set aside by what the call did use. Once: later calls of this do nothing. */
  settle(actual: Amount): void;
};

export type Budget = {
  /** Every limit that a call of this size could pass; none means that it may be made. */
  check(most: Amount): Excess[];
  /** Sets it aside without asking: `check` comes first, with nothing awaited in between. */
  reserve(most: Amount): Reservation;
  used(): Amount;
  reserved(): Amount;
  limits(): BudgetLimits;
  /** Replaces limits while it is in use: a person allowed more. */
  raise(limits: BudgetLimits): void;
};

/** Sums of many small amounts differ from the exact one in their last bits; that is no excess. */
const TOLERANCE = 1e-9;

/**
 * Counts what model calls use against limits. As long as no call uses more than was set aside for it, and each was
 * checked before, no limit is ever passed, in whatever order calls begin and end. What a call uses none of cannot stop
 * it, even where that limit is passed already.
 */
export const createBudget = (limits: BudgetLimits, used: Amount = NOTHING): Budget => {
  let current: BudgetLimits = limits;
  let settled = used;
  let open = NOTHING;
  let openCount = 0;
  return {
    check: (most) =>
      AMOUNT_KINDS.flatMap((kind) => {
        const limit = current[kind];
        if (limit === undefined || most[kind] <= 0) return [];
        const without = settled[kind] + most[kind] - limit;
        const by = without + open[kind];
        if (by <= TOLERANCE) return [];
        const amounts = { limit, used: settled[kind], reserved: open[kind], most: most[kind] };
        return [{ kind, ...amounts, by, isLasting: without > TOLERANCE }];
      }),
    reserve: (most) => {
      open = addAmounts(open, most);
      openCount += 1;
      let isSettled = false;
      return {
        settle: (actual) => {
          if (isSettled) return;
          isSettled = true;
          openCount -= 1;
          // Nothing is set aside by nobody: what subtraction leaves in the last bits must not stay.
          open = openCount === 0 ? NOTHING : subtractAmounts(open, most);
          settled = addAmounts(settled, actual);
        },
      };
    },
    used: () => settled,
    reserved: () => open,
    limits: () => current,
    raise: (more) => {
      current = { ...current, ...more };
    },
  };
};
