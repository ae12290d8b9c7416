import {
  type Budget,
  type BudgetLimits,
  budgetLimitsSchema,
  budgetSchema,
} from '@agentweaver/core/definition/workflow-definition';

export type LimitName = keyof BudgetLimits;

export const LIMIT_NAMES = ['usd', 'tokens', 'modelCalls', 'seconds'] as const satisfies readonly LimitName[];

/** What may be entered for a limit. */
export const limitRange = (name: LimitName): { min: number; max: number } => {
  const { minValue, maxValue } = budgetLimitsSchema.shape[name].unwrap();
  return { min: minValue ?? 0, max: maxValue ?? Number.MAX_SAFE_INTEGER };
};

/** Whether a limit may have this value; an absent one is no limit. */
export const isLimit = (name: LimitName, value: number | undefined): boolean =>
  budgetLimitsSchema.shape[name].safeParse(value).success;

/** A budget on its way: it may ask to go on with another model before that is chosen. */
export type BudgetDraft = BudgetLimits & Pick<Budget, 'onReached'> & { downgradeTo?: string | undefined };

export const EMPTY_BUDGET: BudgetDraft = { onReached: 'fail' };

/** Whether there is any limit to reach. */
export const hasLimit = (budget: BudgetDraft): boolean => LIMIT_NAMES.some((name) => budget[name] !== undefined);

/**
 * What goes into the draft: `undefined` for a budget without limits, `'incomplete'` for one that cannot be stored
 * yet. A model that is not gone on with is left out.
 */
export const toBudget = (draft: BudgetDraft): Budget | undefined | 'incomplete' => {
  if (!hasLimit(draft)) return undefined;
  const { downgradeTo, ...rest } = draft;
  const wanted = draft.onReached === 'downgrade' && downgradeTo ? { ...rest, downgradeTo } : rest;
  // Written out, so that no member is there with the value `undefined`.
  const parsed = budgetSchema.safeParse(JSON.parse(JSON.stringify(wanted)));
  return parsed.success ? parsed.data : 'incomplete';
};

/** The same text for the same budget, whatever the order of its members. */
export const budgetKey = (budget: Budget | undefined): string =>
  JSON.stringify(budget ? [LIMIT_NAMES.map((name) => budget[name]), budget.onReached, budget.downgradeTo] : null);
