import type { Budget as BudgetPolicy } from '../definition/workflow-definition.ts';
import type { CallContext, Host } from '../host/host.ts';
import { completeRequest } from '../models/complete-request.ts';
import type { ModelRequest, ModelResponse } from '../models/model-call.ts';
import { type Amount, NOTHING } from './amount.ts';
import { type Budget, createBudget } from './create-budget.ts';
import type { BudgetScope, ReachedLimit } from './decide.ts';
import { estimateCall } from './estimate.ts';
import { createSpender } from './spend.ts';

export type WithBudgetOptions = {
  /** Limits and what happens when one is reached. */
  policy: BudgetPolicy;
  /** Used before. */
  used?: Amount;
  /** The most that a call can use; by the list prices when absent. */
  estimate?: (request: ModelRequest) => Amount;
  /** `onReached: 'ask'`: raise the limits of the budget and return, or throw. Without it such a budget fails. */
  onAsk?: (reached: ReachedLimit, request: ModelRequest, call: CallContext) => Promise<void>;
};

/** A model port that keeps to a budget: each call is checked before it is made, with the most that it can use. */
export const withBudget = (
  generate: Host['model']['generate'],
  { policy, used = NOTHING, estimate = estimateCall, onAsk }: WithBudgetOptions,
): { generate: Host['model']['generate']; budget: Budget } => {
  const budget = createBudget(policy, used);
  const scopes: BudgetScope[] = [
    { kind: 'execution', budget, policy: onAsk ? policy : { ...policy, onReached: withoutAsking(policy) } },
  ];
  const spend = createSpender();
  return {
    budget,
    generate: (input, call) =>
      spend(completeRequest(input), {
        scopes,
        estimate,
        signal: call.signal,
        ask: async (reached, request) => onAsk?.(reached, request, call),
        make: (request): Promise<ModelResponse> => generate(request, call),
      }),
  };
};

const withoutAsking = ({ onReached }: BudgetPolicy): BudgetPolicy['onReached'] =>
  onReached === 'ask' ? 'fail' : onReached;
