import { setTimeout as delay } from 'node:timers/promises';
import type { WorkflowDefinition, WorkflowNode } from '@agentweaver/core/definition/workflow-definition';
import type { FinishedStep } from '@agentweaver/core/engine/events';
import type { ExecutionErrorData } from '@agentweaver/core/engine/execution-errors';
import type { PrismaTransaction } from './client.ts';
import { stopClock } from './execution-clock.ts';
import { type EndedExecution, endExecution } from './execution-end.ts';
import type { Outcome } from './execution-events.ts';
import { isDue, isLastLoss, isOwnerLost, isTerminal } from './execution-state.ts';
import { finishExecution } from './execution-store.ts';
import type { Execution, PrismaClient, Workspace } from './generated/client.ts';
import type { ExecutionStatus } from './generated/enums.ts';
import { resumeSteps } from './resume-steps.ts';
import { inTransaction, onPool, type RunStatement, type Statement } from './statement.ts';
import { addTopSteps, topNodes } from './step-rows.ts';
import { TUNABLES } from './tunables.ts';
import { readVersionDefinition } from './version-definitions.ts';

export type ClaimedExecution = {
  kind: 'claimed';
  /** The fence: every write of this claim carries it. */
  attemptId: string;
  execution: Pick<
    Execution,
    | 'id'
    | 'workspaceId'
    | 'workflowId'
    | 'versionId'
    | 'input'
    | 'trigger'
    | 'createdById'
    | 'attempts'
    | 'losses'
    | 'queuedAt'
    | 'onlyNodeId'
    | 'priority'
    | 'traceParent'
    /** Before this claim. Its time limit counts these and what it runs from now on. */
    | 'activeMs'
  > & {
    /** When it was claimed first. */
    startedAt: Date;
  };
  definition: WorkflowDefinition;
  /** Nodes of the top scope that have no row yet; for the first batch of events. */
  topNodes?: readonly WorkflowNode[];
  /** What need not run again. */
  finishedSteps: FinishedStep[];
  /** The attempt that a step was in when it was interrupted or began to wait, by `stepKey`. */
  interruptedAttempts: Record<string, number>;
  /** The plan of the execution's workspace. */
  workspace: Pick<
    Workspace,
    'id' | 'maxMemoryMb' | 'maxConcurrency' | 'maxHostCalls' | 'maxHostCallsPerMinute' | 'allowedHosts'
  > & { maxCostPerDayUsd: number | null };
  lastSeq: number;
};

export type ClaimResult =
  | ClaimedExecution
  /** The workspace runs as many as its plan allows: whoever ends one of them goes on with this. */
  | { kind: 'busy' }
  /** Nothing to do: another executor owns it, it has ended, or it was deleted. */
  | { kind: 'taken' }
  | { kind: 'finished'; status: ExecutionStatus }
  | { kind: 'gone' }
  /** Ended by this call: cancelled while nobody ran it, or lost too often. */
  | ({ kind: 'ended' } & EndedExecution);

export const WORKER_LOST: { status: 'failed'; error: ExecutionErrorData } = {
  status: 'failed',
  error: {
    code: 'worker_lost',
    message: `The executor went away ${TUNABLES.maxLosses} times while running this execution.`,
    hint: 'A step may use more memory than the executor has. Look at the last started step, then run again.',
  },
};

type NotClaimed = Exclude<ClaimResult, ClaimedExecution>;

/** Columns of `executions` as the claiming functions give them, with the plan of the workspace. */
type ClaimedRow = ClaimedExecution['execution'] & {
  attemptId: string;
  versionId: string;
  lastSeq: number;
  maxMemoryMb: number;
  maxConcurrency: number;
  maxHostCalls: number;
  maxHostCallsPerMinute: number;
  allowedHosts: string[];
  maxCostPerDayUsd: number | null;
  hasSteps: boolean;
};

const claimStatement = (name: string, call: string): Statement => ({
  name,
  text: `
  SELECT execution.id, execution.workspace_id AS "workspaceId", workflow_id AS "workflowId", version_id AS "versionId",
    input, trigger, priority, created_by_id AS "createdById", attempts, losses, queued_at AS "queuedAt",
    only_node_id AS "onlyNodeId", trace_parent AS "traceParent", active_ms AS "activeMs", started_at AS "startedAt", attempt_id AS "attemptId",
    last_seq AS "lastSeq", max_memory_mb AS "maxMemoryMb", max_concurrency AS "maxConcurrency",
    max_host_calls AS "maxHostCalls", max_host_calls_per_minute AS "maxHostCallsPerMinute",
    allowed_hosts AS "allowedHosts", max_cost_per_day_usd::float8 AS "maxCostPerDayUsd",
    EXISTS (SELECT 1 FROM execution_steps AS step WHERE step.execution_id = execution.id) AS "hasSteps"
  FROM ${call} AS execution LEFT JOIN workspaces AS workspace ON workspace.id = execution.workspace_id`,
});
const CLAIM_NEXT = claimStatement('claim_next', 'claim_next_execution($1::text, $2::text, $3::timestamptz)');
const CLAIM_ONE = claimStatement('claim_one', 'claim_execution($1::uuid, $2::text, $3::text, $4::timestamptz)');

/** Waits between attempts while others claim for the same workspaces. */
const CONTENDED_WAIT_MS = 4;
const CONTENDED_ATTEMPTS = 50;

/**
 * Takes the queued execution that is next in fairness, whichever job led here; see the function in the migrations.
 * Of any number of callers, each gets another one. `undefined`: there is none that may run now. `ended`: its
 * definition is none any more, and it has failed for that.
 */
export const claimNextExecution = async (
  prisma: PrismaClient,
  { executorId, sandbox, now }: { executorId: string; sandbox?: string; now?: Date },
): Promise<ClaimedExecution | (EndedByClaim & { id: string }) | undefined> => {
  for (let attempt = 0; attempt < CONTENDED_ATTEMPTS; attempt += 1) {
    const [row] = await onPool(prisma)<ClaimedRow | { id: null }>(CLAIM_NEXT, [
      executorId,
      sandbox ?? null,
      now ?? null,
    ]);
    if (!row) return undefined;
    if (row.id !== null) {
      const claim = await toClaim(prisma, row);
      if (claim.kind === 'claimed') return claim;
      if (claim.kind === 'ended') return { ...claim, id: row.id };
    }
    await delay(CONTENDED_WAIT_MS * (0.5 + Math.random()));
  }
  return undefined;
};

type EndedByClaim = Extract<ClaimResult, { kind: 'ended' }>;
type Unreadable = Extract<ClaimResult, { kind: 'ended' | 'taken' }>;

/** Every claim of it would fail in the same way. */
const failUnreadable = async (prisma: PrismaClient, row: ClaimedRow): Promise<Unreadable> => {
  const finished = await finishExecution(prisma, {
    id: row.id,
    attemptId: row.attemptId,
    outcome: {
      status: 'failed',
      error: {
        code: 'invalid_workflow',
        message: 'The stored version of this workflow cannot be read.',
        hint: 'Open the workflow, correct what is marked, and run it again.',
      },
    },
  });
  if (finished.kind === 'lost') return { kind: 'taken' };
  const { moreQueued: _moreQueued, ...ended } = finished;
  return { ...ended, kind: 'ended' };
};

const toClaim = async (prisma: PrismaClient, row: ClaimedRow): Promise<ClaimedExecution | Unreadable> => {
  const { attemptId, lastSeq, hasSteps, maxMemoryMb, maxConcurrency, maxHostCalls, maxHostCallsPerMinute } = row;
  const { allowedHosts, maxCostPerDayUsd, ...execution } = row;
  const definition = await readVersionDefinition(prisma, row.versionId);
  if (!definition) return failUnreadable(prisma, row);
  const steps = hasSteps ? await prisma.$transaction((tx) => resumeOwned(tx, row, definition)) : undefined;
  return {
    kind: 'claimed',
    attemptId,
    execution,
    definition,
    ...(hasSteps ? {} : { topNodes: topNodes(definition) }),
    finishedSteps: steps?.finished ?? [],
    interruptedAttempts: steps?.attempts ?? {},
    workspace: {
      id: row.workspaceId,
      maxMemoryMb,
      maxConcurrency,
      maxHostCalls,
      maxHostCallsPerMinute,
      allowedHosts,
      maxCostPerDayUsd,
    },
    lastSeq,
  };
};

/** What it did before; the row lock keeps a claim that is lost meanwhile from reopening steps of the next one. */
const resumeOwned = async (
  tx: PrismaTransaction,
  { id, attemptId, attempts }: ClaimedRow,
  definition: WorkflowDefinition,
) => {
  const [owned] = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM executions WHERE id = ${id}::uuid AND attempt_id = ${attemptId}::uuid FOR UPDATE`;
  if (!owned) return undefined;
  // Some may be there from the execution that this one runs again.
  if (attempts === 1) await addTopSteps(tx, id, definition);
  return resumeSteps(tx, id);
};

/**
 * Takes this very execution for one executor: a queued one, a waiting one whose time has come, or a running one whose owner
 * stopped renewing its claim. Of any number of callers, exactly one gets `claimed`. Times are the database's, so that
 * executors with different clocks agree; `now` overrides it in tests.
 */
export const claimExecution = async (
  prisma: PrismaClient,
  { id, executorId, sandbox, now: givenNow }: { id: string; executorId: string; sandbox?: string; now?: Date },
): Promise<ClaimResult> => {
  const found = await prisma.execution.findUnique({ where: { id }, select: { workspaceId: true } });
  if (!found) return { kind: 'gone' };
  const claimed = await prisma.$transaction(async (tx): Promise<ClaimedRow | NotClaimed> => {
    // Claims of one workspace go one by one, or two could both see room for one more.
    await tx.$queryRaw`SELECT 1 FROM workspaces WHERE id = ${found.workspaceId}::uuid FOR NO KEY UPDATE`;
    const [locked] = await tx.$queryRaw<{ now: Date }[]>`
      SELECT clock_timestamp() AS now FROM executions WHERE id = ${id}::uuid FOR UPDATE`;
    if (!locked) return { kind: 'gone' };
    const now = givenNow ?? locked.now;
    const row = await tx.execution.findUniqueOrThrow({ where: { id }, include: { workspace: true } });

    if (isTerminal(row.status)) return { kind: 'finished', status: row.status };
    if (row.status === 'waiting' && !isDue(row, now)) return { kind: 'taken' };
    const isLost = row.status === 'running';
    if (isLost && !isOwnerLost(row.heartbeatAt, now)) return { kind: 'taken' };
    if (row.cancelRequestedAt) return endUnowned(tx, row, { status: 'cancelled' }, now);
    if (isLost && isLastLoss(row.losses)) return endUnowned(tx, row, WORKER_LOST, now);
    if (row.status === 'queued' && row.queuedAt > now) return { kind: 'taken' };
    const running = await tx.execution.count({
      where: { workspaceId: row.workspaceId, status: 'running', id: { not: id } },
    });
    if (running >= row.workspace.maxConcurrency) return { kind: 'busy' };

    if (isLost) {
      await stopClock(tx, id, row.heartbeatAt ?? now);
      await tx.execution.update({ where: { id }, data: { losses: { increment: 1 } } });
    }
    const definition = await readVersionDefinition(tx, row.versionId);
    if (definition) await addTopSteps(tx, id, definition);
    const run: RunStatement = inTransaction(tx);
    const [claim] = await run<ClaimedRow>(CLAIM_ONE, [id, executorId, sandbox ?? null, now]);
    return claim ?? { kind: 'gone' };
  });
  return 'kind' in claimed ? claimed : toClaim(prisma, claimed);
};

/** Ends an execution that nobody owns; the caller holds its row lock. */
const endUnowned = async (
  tx: PrismaTransaction,
  { id, status, attemptId }: Pick<Execution, 'id' | 'status' | 'attemptId'>,
  outcome: Outcome,
  now: Date,
): Promise<NotClaimed> => {
  const ended = await endExecution(tx, { executionId: id, where: { status, attemptId }, outcome, now });
  return ended ? { kind: 'ended', ...ended } : { kind: 'taken' };
};
