import { type BudgetRequest, budgetRequestSchema } from '@agentweaver/core/budget/budget-wait';
import { type HumanResponse, humanResponseSchema } from '@agentweaver/core/host/ports/human';
import type { PrismaClient } from './generated/client.ts';

export type AnsweredBudgetWait = { id: string; request: BudgetRequest; response: HumanResponse };

/** What people have decided about the budgets of an execution; a raise holds for all of it. */
export const readAnsweredBudgetWaits = async (
  prisma: PrismaClient,
  executionId: string,
): Promise<AnsweredBudgetWait[]> => {
  const rows = await prisma.wait.findMany({
    where: { executionId, kind: 'budget', closedAt: { not: null }, answeredBy: { not: null } },
    orderBy: { closedAt: 'asc' },
    select: { id: true, request: true, response: true },
  });
  return rows.flatMap(({ id, request, response }) => {
    const asked = budgetRequestSchema.safeParse(request);
    const answer = humanResponseSchema.safeParse(response);
    return asked.success && answer.success ? [{ id, request: asked.data, response: answer.data }] : [];
  });
};
