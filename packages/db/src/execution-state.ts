/** The states of executions and steps, as tables and pure predicates. Writers are in the stores. */
import { ExecutionStatus, StepStatus } from './generated/enums.ts';
import { TUNABLES } from './tunables.ts';

const EXECUTION_TRANSITIONS: Record<ExecutionStatus, readonly ExecutionStatus[]> = {
  queued: ['running', 'failed', 'cancelled'],
  // Back to `queued` when its executor shuts down or is lost.
  running: ['queued', 'waiting', 'completed', 'failed', 'cancelled'],
  // `running` when its time has come and an executor takes it at once.
  waiting: ['queued', 'running', 'failed', 'cancelled'],
  completed: [],
  failed: [],
  cancelled: [],
};

const STEP_TRANSITIONS: Record<StepStatus, readonly StepStatus[]> = {
  pending: ['running', 'skipped', 'cancelled'],
  // Back to `pending` when the execution is resumed by another executor.
  running: ['pending', 'waiting', 'completed', 'failed', 'cancelled'],
  waiting: ['pending', 'cancelled'],
  completed: [],
  failed: [],
  skipped: [],
  cancelled: [],
};

export const EXECUTION_STATUSES = Object.values(ExecutionStatus);
export const STEP_STATUSES = Object.values(StepStatus);

export const canTransition = (from: ExecutionStatus, to: ExecutionStatus): boolean =>
  EXECUTION_TRANSITIONS[from].includes(to);

/** The states that an execution may be in before `to`: what a compare-and-set asks for. */
export const statusesBefore = (to: ExecutionStatus): ExecutionStatus[] =>
  EXECUTION_STATUSES.filter((from) => canTransition(from, to));

export const canStepTransition = (from: StepStatus, to: StepStatus): boolean => STEP_TRANSITIONS[from].includes(to);

export const isTerminal = (status: ExecutionStatus): boolean => EXECUTION_TRANSITIONS[status].length === 0;

export const isStepTerminal = (status: StepStatus): boolean => STEP_TRANSITIONS[status].length === 0;

export const TERMINAL_STATUSES = EXECUTION_STATUSES.filter(isTerminal);

/** What a sweeper reads of an execution. */
export type Liveness = {
  status: ExecutionStatus;
  losses: number;
  queuedAt: Date;
  heartbeatAt: Date | null;
  resumeAt: Date | null;
  cancelRequestedAt: Date | null;
};

/**
 * - `healthy`: leave it alone.
 * - `not_picked_up`: queued for so long that its job may be lost; put it on the queue again.
 * - `owner_lost`: its executor stopped renewing the claim; queue it again.
 * - `lost_too_often`: the same, but not for the first time; fail it as `worker_lost`.
 * - `cancel_unowned`: cancel was requested and nobody runs it; cancel it.
 * - `due`: what it waits for goes on by itself, and the time has come; queue it again.
 */
export type Staleness = 'healthy' | 'not_picked_up' | 'owner_lost' | 'lost_too_often' | 'cancel_unowned' | 'due';

export const classifyStale = (execution: Liveness, now: Date): Staleness => {
  const { status, losses, queuedAt, heartbeatAt, cancelRequestedAt } = execution;
  if (status === 'queued') {
    if (cancelRequestedAt) return 'cancel_unowned';
    return now.getTime() - queuedAt.getTime() > TUNABLES.requeueAfterMs ? 'not_picked_up' : 'healthy';
  }
  if (status === 'waiting') return isDue(execution, now) ? 'due' : 'healthy';
  if (status !== 'running' || !isOwnerLost(heartbeatAt, now)) return 'healthy';
  if (cancelRequestedAt) return 'cancel_unowned';
  return isLastLoss(losses) ? 'lost_too_often' : 'owner_lost';
};

/** Whether one more loss ends the execution. */
export const isLastLoss = (losses: number): boolean => losses + 1 >= TUNABLES.maxLosses;

/** Whether a waiting execution goes on by itself now. */
export const isDue = ({ resumeAt }: { resumeAt: Date | null }, now: Date): boolean =>
  resumeAt !== null && resumeAt <= now;

export const isOwnerLost = (heartbeatAt: Date | null, now: Date): boolean =>
  heartbeatAt === null || now.getTime() - heartbeatAt.getTime() > TUNABLES.staleAfterMs;
