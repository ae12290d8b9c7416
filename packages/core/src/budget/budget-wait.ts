import { z } from 'zod';

/** What a person is asked when a budget is used up: the `request` of a wait of the kind `budget`. */
export const budgetRequestSchema = z.object({
  scope: z.enum(['node', 'execution']),
  /** The node whose budget it is; absent for the execution's. */
  nodeId: z.string().max(64).optional(),
  kind: z.enum(['usd', 'tokens', 'modelCalls', 'seconds']),
  limit: z.number().min(0),
  used: z.number().min(0),
  /** The most that the waiting call can use. */
  most: z.number().min(0),
  /** The model of the waiting call. */
  model: z.string().max(200),
  /** The least limit that lets the call be made, rounded up to what people write. */
  suggestedLimit: z.number().min(0),
});
export type BudgetRequest = z.infer<typeof budgetRequestSchema>;

/** What was decided: the `response` of that wait. A raised limit holds for the rest of the execution. */
export const budgetAnswerSchema = z.discriminatedUnion('decision', [
  /** The new limit of the kind and scope that were asked about, in all and not on top. */
  z.object({ decision: z.literal('raise'), limit: z.number().min(0).max(1_000_000_000) }),
  z.object({ decision: z.literal('stop') }),
]);
export type BudgetAnswer = z.infer<typeof budgetAnswerSchema>;
