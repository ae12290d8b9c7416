import { budgetExceeded, budgetStopped } from '@agentweaver/core/budget/budget-error';
import { toBudgetRequest } from '@agentweaver/core/budget/budget-wait';
import type { ReachedLimit } from '@agentweaver/core/budget/decide';
import { humanResponseSchema } from '@agentweaver/core/host/ports/human';
import { Suspended } from '@agentweaver/core/host/suspended';
import type { AnsweredBudgetWait } from '@agentweaver/db/budget-wait-store';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import { openWait } from '@agentweaver/db/wait-store';
import type { BudgetScopes } from './budget-scopes.ts';
import { claimLost } from './claim-lost.ts';
import type { HostCall } from './host-calls.ts';
import { type Claim, waitKeyOf } from './wait-key.ts';

/** Asks people for more budget: returns when it was raised, throws `Suspended` until then, and `budget_exceeded` after a no. */
export type AskForBudget = (reached: ReachedLimit, call: HostCall) => Promise<void>;

export const createAskForBudget = (
  prisma: PrismaClient,
  claim: Claim,
  { scopes, answered }: { scopes: BudgetScopes; answered: readonly AnsweredBudgetWait[] },
): AskForBudget => {
  // What was raised in an earlier claim holds from the beginning of this one.
  const applied = new Set<string>();
  for (const { id, request, response } of answered) {
    scopes.raise(request, response);
    applied.add(id);
  }
  return async (reached, call) => {
    const key = waitKeyOf(claim, call, 'budget');
    const request = toBudgetRequest(reached);
    const wait = await openWait(prisma, { key, attemptId: claim.attemptId, request });
    if (wait.status === 'open') throw new Suspended({ kind: 'budget' });
    if (wait.status === 'lost') throw claimLost();
    const response = wait.status === 'answered' ? humanResponseSchema.safeParse(wait.response).data : undefined;
    if (!response?.approved) throw budgetStopped(request);
    // Raised for this very call, and still too little for it.
    if (applied.has(wait.id) || !scopes.raise(request, response)) throw budgetExceeded(reached);
    applied.add(wait.id);
  };
};
