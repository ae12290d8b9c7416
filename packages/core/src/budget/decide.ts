import type { Budget as BudgetPolicy } from '../definition/workflow-definition.ts';
import type { Amount } from './amount.ts';
import type { Budget, Excess } from './create-budget.ts';

/** One of the budgets that a call counts against. */
export type BudgetScope = {
  kind: 'node' | 'execution';
  /** The node whose budget it is. */
  nodeId?: string;
  budget: Budget;
  policy: Pick<BudgetPolicy, 'onReached' | 'downgradeTo'>;
};

/** A budget that is used up, and the limit of it. */
export type ReachedLimit = { scope: BudgetScope; excess: Excess };

export type BudgetDecision =
  /** Set it aside and make the call. */
  | { action: 'call' }
  /** Calls that run now have set aside what is missing; once one has ended, ask again. */
  | { action: 'wait' }
  | ({ action: 'fail' } & ReachedLimit)
  /** A person decides. */
  | ({ action: 'ask' } & ReachedLimit)
  /** Ask again with this model in place of the one that was asked for. */
  | ({ action: 'downgrade'; to: string } & ReachedLimit);

/**
 * What becomes of a call that can use up to `most`. The first scope in the list that is used up decides, so the narrowest
 * comes first. A model of `downgradedTo` was taken already and did not fit either.
 */
export const decide = (
  scopes: readonly BudgetScope[],
  most: Amount,
  downgradedTo: readonly string[] = [],
): BudgetDecision => {
  const found = scopes.flatMap((scope) => scope.budget.check(most).map((excess) => ({ scope, excess })));
  const reached = found.find(({ excess }) => excess.isLasting);
  // Nothing is missing for good: the calls that run now will likely use less than they have set aside.
  if (!reached) return found.length > 0 ? { action: 'wait' } : { action: 'call' };
  const { onReached, downgradeTo } = reached.scope.policy;
  if (onReached === 'ask') return { action: 'ask', ...reached };
  if (onReached === 'downgrade' && downgradeTo !== undefined && !downgradedTo.includes(downgradeTo)) {
    return { action: 'downgrade', ...reached, to: downgradeTo };
  }
  return { action: 'fail', ...reached };
};
