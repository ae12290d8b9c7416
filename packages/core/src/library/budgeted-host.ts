import { createBudget } from '../budget/create-budget.ts';
import type { BudgetScope } from '../budget/decide.ts';
import { estimateCall } from '../budget/estimate.ts';
import { createSpender } from '../budget/spend.ts';
import type { Budget, WorkflowDefinition } from '../definition/workflow-definition.ts';
import type { Host } from '../host/host.ts';
import { completeRequest } from '../models/complete-request.ts';
import type { ModelHost } from './create-host.ts';

/**
 * The same host, keeping to the budgets of a definition and of the run: each model call is checked before it is made,
 * with the most that it can use. There is nobody here to `ask`, so such a budget fails.
 */
export const withBudgets = (
  host: Host & Partial<ModelHost>,
  { nodes, settings }: WorkflowDefinition,
  budget: Budget | undefined = settings.budget,
): Host => {
  const ofRun = budget && scopeOf({ kind: 'execution' }, budget);
  const ofNodes = new Map(
    nodes.flatMap((node) => (node.budget ? [[node.id, scopeOf({ kind: 'node', nodeId: node.id }, node.budget)]] : [])),
  );
  if (!ofRun && ofNodes.size === 0) return host;
  const spend = createSpender();
  const resolve = host.resolveModel ?? ((modelId: string) => modelId);
  const generate: Host['model']['generate'] = (input, call) =>
    spend(completeRequest(input), {
      scopes: [ofNodes.get(call.nodeId), ofRun].filter((scope) => scope !== undefined),
      estimate: (request) => estimateCall({ ...request, model: resolve(request.model) }, host.prices),
      signal: call.signal,
      ask: async () => undefined,
      make: (request) => host.model.generate(request, call),
    });
  return { ...host, model: { generate } };
};

const scopeOf = (
  scope: Pick<BudgetScope, 'kind' | 'nodeId'>,
  { onReached, downgradeTo, ...limits }: Budget,
): BudgetScope => ({
  ...scope,
  budget: createBudget(limits),
  policy: { onReached: onReached === 'ask' ? 'fail' : onReached, downgradeTo },
});
