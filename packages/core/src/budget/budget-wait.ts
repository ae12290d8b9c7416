import { z } from 'zod';
import type { FieldProblem } from '../errors/app-error.ts';
import type { HumanResponse } from '../host/ports/human.ts';
import type { AmountKind } from './amount.ts';
import { budgetExceeded } from './budget-error.ts';
import type { ReachedLimit } from './decide.ts';

/** What a person is asked when a budget is used up: the `request` of a wait of the kind `budget`. */
export const budgetRequestSchema = z.object({
  /** English: which limit, and what the next call may use of it. */
  message: z.string().max(1_000),
  scope: z.enum(['node', 'execution']).default('execution'),
  /** The node whose budget it is; absent for the execution's. */
  nodeId: z.string().max(64).optional(),
  kind: z.enum(['usd', 'tokens', 'modelCalls', 'seconds']).default('usd'),
  limit: z.number().min(0).default(0),
  used: z.number().min(0).default(0),
  /** The most that the waiting call can use. */
  most: z.number().min(0).default(0),
  /** The least that lets this call be made. */
  leastRaise: z.number().min(0).default(0),
});
export type BudgetRequest = z.infer<typeof budgetRequestSchema>;

export const toBudgetRequest = (reached: ReachedLimit): BudgetRequest => {
  const { scope, excess } = reached;
  return {
    message: budgetExceeded(reached).data.message,
    scope: scope.kind,
    ...(scope.nodeId === undefined ? {} : { nodeId: scope.nodeId }),
    kind: excess.kind,
    limit: excess.limit,
    used: excess.used,
    most: excess.most,
    leastRaise: excess.used + excess.most - excess.limit,
  };
};

const MOST_RAISE: Record<AmountKind, number> = {
  usd: 100_000,
  tokens: 1_000_000_000,
  modelCalls: 1_000_000,
  seconds: 86_400,
};

/** The answer: `approved`, and under `values` by how much the limit is raised, under the name of its kind. */
export const raiseOf = (
  { kind }: Pick<BudgetRequest, 'kind'>,
  { approved, values }: HumanResponse,
): number | undefined => {
  const by = values?.[kind];
  return approved === true && typeof by === 'number' && by > 0 && by <= MOST_RAISE[kind] ? by : undefined;
};

/** Everything about an answer that its request does not allow; an empty list accepts it. */
export const checkBudgetResponse = (request: Pick<BudgetRequest, 'kind'>, response: HumanResponse): FieldProblem[] => {
  if (response.approved === undefined) return [{ field: 'approved', message: 'must be true or false' }];
  if (!response.approved || raiseOf(request, response) !== undefined) return [];
  const most = MOST_RAISE[request.kind].toLocaleString('en');
  return [{ field: `values.${request.kind}`, message: `must be by how much to raise the budget, up to ${most}` }];
};
