import { addAmounts, NOTHING } from '@agentweaver/core/budget/amount';
import { type BudgetRequest, raiseOf } from '@agentweaver/core/budget/budget-wait';
import { createBudget } from '@agentweaver/core/budget/create-budget';
import type { BudgetScope } from '@agentweaver/core/budget/decide';
import type { WorkflowDefinition } from '@agentweaver/core/definition/workflow-definition';
import { parseIteration } from '@agentweaver/core/engine/parse-iteration';
import type { HumanResponse } from '@agentweaver/core/host/ports/human';
import { getNodeDefinition } from '@agentweaver/core/nodes/definitions';
import type { StepUsage } from '@agentweaver/db/model-call-store';
import type { StepRef } from '../execution/step-places.ts';

export type BudgetScopes = {
  /** The budgets that a step's calls count against, the narrowest first. */
  of(step: StepRef): BudgetScope[];
  /** Raises a limit by what a person allowed; `false` when there is no such budget. */
  raise(request: BudgetRequest, response: HumanResponse): boolean;
};

/**
 * The budgets of one execution, with what was used of them before. A container's budget is for everything in its body, that
 * of a node that runs a workflow for everything in there; such a workflow's own budgets do not count.
 */
export const createBudgetScopes = ({
  definition,
  usage,
}: {
  definition: WorkflowDefinition;
  /** Of all calls so far, also of earlier claims. */
  usage: readonly StepUsage[];
}): BudgetScopes => {
  const usedBy = (counts: (step: StepRef) => boolean) => usage.filter(counts).reduce(addAmounts, NOTHING);
  const { budget } = definition.settings;
  const execution: BudgetScope[] = budget
    ? [
        {
          kind: 'execution',
          budget: createBudget(
            budget,
            usedBy(() => true),
          ),
          policy: budget,
        },
      ]
    : [];
  const ofNodes = new Map(
    definition.nodes.flatMap(({ id, budget: own }): [string, BudgetScope][] => {
      if (!own) return [];
      const used = usedBy((step) => nodesAround(definition, step).includes(id));
      return [[id, { kind: 'node', nodeId: id, budget: createBudget(own, used), policy: own }]];
    }),
  );
  const find = ({ scope, nodeId }: BudgetRequest) => (scope === 'node' ? ofNodes.get(nodeId ?? '') : execution[0]);
  return {
    of: (step) => [...nodesAround(definition, step).flatMap((id) => ofNodes.get(id) ?? []), ...execution],
    raise: (request, response) => {
      const found = find(request);
      const by = raiseOf(request, response);
      const limit = found?.budget.limits()[request.kind];
      if (!found || by === undefined || limit === undefined) return false;
      found.budget.raise({ [request.kind]: limit + by });
      return true;
    },
  };
};

/** The nodes of the definition that a step belongs to, the innermost first. */
export const nodesAround = (definition: WorkflowDefinition, { nodeId, iteration }: StepRef): string[] => {
  const around: string[] = [];
  for (const segment of parseIteration(iteration) ?? []) {
    const node = definition.nodes.find(({ id }) => id === segment.nodeId);
    const type = node && getNodeDefinition(node.type);
    // A round of an evaluation: the steps are where they were.
    if (type?.judged) continue;
    around.unshift(segment.nodeId);
    // What runs in another workflow has that one's ids, which may be the same as ours.
    if (type?.contains !== 'body') return around;
  }
  return [nodeId, ...around];
};
