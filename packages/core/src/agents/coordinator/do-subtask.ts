import { EXECUTION_ERRORS, ExecutionError } from '../../engine/execution-errors.ts';
import { isExecutionError, messageOf } from '../../errors/to-execution-error.ts';
import { isSuspended } from '../../host/suspended.ts';
import type { CommunicationHub } from '../../messaging/communication-hub.ts';
import { DeliveryError } from '../../messaging/delivery-error.ts';
import {
  type Assignment,
  COORDINATOR_ID,
  type CoordinatorLimits,
  type Fit,
  type Subtask,
  type SubtaskOutcome,
} from './specialist.ts';
import type { WorkRequest, WorkResult } from './specialist-handler.ts';

type Team = { hub: CommunicationHub; limits: CoordinatorLimits };

/**
 * Gives a subtask to the specialist that fits best, and to the next best when that one fails, up to the limit. Rejects
 * with `node_failed` when nobody could do it and the limits say that this is the end, and with what no other specialist
 * can change: a wait, a spent budget, a cancel.
 */
export const doSubtask = async (subtask: Subtask, candidates: Fit[], team: Team): Promise<SubtaskOutcome> => {
  const { hub, limits } = team;
  const assignments: Assignment[] = [];
  for (const { specialist } of candidates.slice(0, limits.maxAssignments)) {
    const failedBefore = assignments.at(-1)?.error;
    try {
      const { result, model } = await ask(hub, specialist, subtask, limits.subtaskTimeoutMs, failedBefore);
      assignments.push({ specialist, status: 'completed' });
      return { ...subtask, status: 'completed', specialist, candidates, assignments, result, model };
    } catch (error) {
      const cause = error instanceof DeliveryError && error.cause !== undefined ? error.cause : error;
      if (endsEverything(cause)) throw cause;
      assignments.push({ specialist, status: 'failed', error: messageOf(cause) });
    }
  }
  if (limits.onSubtaskError === 'continue') return { ...subtask, status: 'failed', candidates, assignments };
  throw nobodyCould(subtask, assignments);
};

const ask = async (
  hub: CommunicationHub,
  specialist: string,
  { id, title, task, dependsOn }: Subtask,
  deadlineMs: number,
  failedBefore: string | undefined,
): Promise<WorkResult> => {
  const content: WorkRequest = {
    subtask: { id, title, task },
    needs: dependsOn,
    ...(failedBefore === undefined ? {} : { failedBefore }),
  };
  const response = await hub.request({ from: COORDINATOR_ID, to: specialist, subject: title, content, deadlineMs });
  // What `specialistHandler` returns.
  return response as WorkResult;
};

/** Another specialist would meet the same. */
const endsEverything = (cause: unknown): boolean => {
  if (isSuspended(cause)) return true;
  if (cause instanceof DeliveryError) return cause.failure === 'hub_closed';
  if (!isExecutionError(cause)) return false;
  const { code } = cause.data;
  return code === 'budget_exceeded' || code === 'not_repeatable' || EXECUTION_ERRORS[code].fault === 'system';
};

const nobodyCould = ({ title }: Subtask, assignments: readonly Assignment[]): ExecutionError =>
  new ExecutionError({
    code: 'node_failed',
    message: `Nobody could do the subtask “${title}”. ${assignments
      .map(({ specialist, error }) => `${specialist}: ${error}`)
      .join(' ')}`.slice(0, 4_000),
    hint: 'Give the team a specialist for it, let it try more of them, or let the coordinator go on without such parts.',
  });
