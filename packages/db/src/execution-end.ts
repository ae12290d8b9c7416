import { SKIP_REASONS } from '@agentweaver/core/engine/skip-reasons';
import type { PrismaTransaction } from './client.ts';
import { stopClock } from './execution-clock.ts';
import { appendEvents, type NewEvent, type Outcome, outcomeEvent } from './execution-events.ts';
import { statusesBefore } from './execution-state.ts';
import type { Prisma } from './generated/client.ts';
import { jsonColumn } from './json.ts';

/** What whoever ended an execution can tell of it; only one caller ever gets it, and it counts the execution. */
export type EndedExecution = {
  status: Outcome['status'];
  lastSeq: number;
  userId: string | null;
  workflowId: string;
  /** How long it was worked on; `null` for one that never began. */
  executionTimeMs: number | null;
};

/**
 * Ends the execution if `where` still selects it: state, totals, unfinished steps, usage rows and the
 * terminal event, all in the caller's transaction. `undefined` means that nothing was written.
 */
export const endExecution = async (
  tx: PrismaTransaction,
  {
    executionId,
    where,
    outcome,
    events = [],
    now,
  }: {
    executionId: string;
    where: Prisma.ExecutionWhereInput;
    outcome: Outcome;
    /** Log lines that come before the terminal one. */
    events?: readonly NewEvent[];
    now: Date;
  },
): Promise<EndedExecution | undefined> => {
  const lastSeq = await appendEvents(tx, {
    executionId,
    where: { AND: [where, { status: { in: statusesBefore(outcome.status) } }] },
    data: {
      status: outcome.status,
      completedAt: now,
      heartbeatAt: null,
      resumeAt: null,
      ...(outcome.status === 'completed' && { results: jsonColumn(outcome.results) }),
      ...(outcome.status === 'failed' && { error: jsonColumn(outcome.error) }),
    },
    events: [...events, outcomeEvent(outcome, now)],
  });
  if (lastSeq === undefined) return undefined;
  await stopClock(tx, executionId, now);
  // From the calls themselves: exact, whatever was added up on the way.
  const [totals] = await tx.$queryRaw<Omit<EndedExecution, 'status' | 'lastSeq'>[]>`
    UPDATE executions AS execution
    SET execution_time_ms = CASE WHEN started_at IS NULL THEN NULL ELSE active_ms END,
        total_cost_usd = calls.cost_usd, input_tokens = calls.input_tokens, output_tokens = calls.output_tokens
    FROM (
      SELECT COALESCE(sum(cost_usd), 0) AS cost_usd, COALESCE(sum(input_tokens), 0)::int AS input_tokens,
        COALESCE(sum(output_tokens), 0)::int AS output_tokens
      FROM model_calls WHERE execution_id = ${executionId}::uuid
    ) AS calls
    WHERE execution.id = ${executionId}::uuid
    RETURNING created_by_id AS "userId", workflow_id AS "workflowId", execution_time_ms AS "executionTimeMs"`;
  await sumSteps(tx, executionId);
  await closeSteps(tx, executionId, outcome, now);
  await tx.wait.updateMany({ where: { executionId, closedAt: null }, data: { closedAt: now } });
  // Kept for resuming only, and the largest of all that an execution leaves.
  await tx.hostCall.deleteMany({ where: { executionId } });
  await writeUsage(tx, executionId, now);
  if (!totals) throw new Error('The row of an execution is gone that this transaction has locked.');
  return { status: outcome.status, lastSeq, ...totals };
};

/** A call may have been settled before the row of its step was there; a step that failed tells no sum of its own. */
const sumSteps = async (tx: PrismaTransaction, executionId: string): Promise<void> => {
  await tx.$executeRaw`
    UPDATE execution_steps AS step
    SET cost_usd = calls.cost_usd, input_tokens = calls.input_tokens, output_tokens = calls.output_tokens
    FROM (
      SELECT node_id, iteration, sum(cost_usd) AS cost_usd, sum(input_tokens)::int AS input_tokens,
        sum(output_tokens)::int AS output_tokens
      FROM model_calls WHERE execution_id = ${executionId}::uuid GROUP BY node_id, iteration
    ) AS calls
    WHERE step.execution_id = ${executionId}::uuid
      AND step.node_id = calls.node_id AND step.iteration = calls.iteration`;
};

const NOT_REACHED: Record<Outcome['status'], string> = {
  completed: SKIP_REASONS.noPath,
  failed: SKIP_REASONS.failed,
  cancelled: SKIP_REASONS.cancelled,
};

const closeSteps = async (tx: PrismaTransaction, executionId: string, outcome: Outcome, now: Date): Promise<void> => {
  await tx.$executeRaw`
    UPDATE execution_steps
    SET status = 'cancelled', completed_at = ${now},
        duration_ms = LEAST(2147483647, GREATEST(0, round(extract(epoch FROM ${now}::timestamptz - started_at) * 1000)))::int
    WHERE execution_id = ${executionId}::uuid AND status IN ('running', 'waiting')`;
  await tx.executionStep.updateMany({
    where: { executionId, status: 'pending' },
    data: { status: 'skipped', reason: NOT_REACHED[outcome.status] },
  });
};

/** One row per model, for analytics and bills; it outlives the execution. */
const writeUsage = async (tx: PrismaTransaction, executionId: string, now: Date): Promise<void> => {
  const execution = await tx.execution.findUniqueOrThrow({
    where: { id: executionId },
    select: { workspaceId: true, workflowId: true, createdById: true },
  });
  const calls = await tx.modelCall.groupBy({
    by: ['provider', 'model'],
    where: { executionId, completedAt: { not: null } },
    _count: true,
    _sum: { inputTokens: true, outputTokens: true, costUsd: true },
  });
  await tx.usageMetric.createMany({
    data: calls.map(({ provider, model, _count, _sum }) => ({
      workspaceId: execution.workspaceId,
      workflowId: execution.workflowId,
      userId: execution.createdById,
      executionId,
      provider,
      model,
      calls: _count,
      inputTokens: _sum.inputTokens ?? 0,
      outputTokens: _sum.outputTokens ?? 0,
      costUsd: _sum.costUsd ?? 0,
      createdAt: now,
    })),
    skipDuplicates: true,
  });
};
