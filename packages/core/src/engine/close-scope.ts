import { isExecutionError, messageOf } from '../errors/to-execution-error.ts';
import type { ScopeEnd } from './execution.ts';
import type { ExecutionErrorData } from './execution-errors.ts';
import { tellSkipped } from './follow-decision.ts';
import { iterationOf, type OpenScope } from './open-scope.ts';
import { cancelWaiting } from './run-attempt.ts';
import { unsettledNodes } from './scheduler.ts';
import { SKIP_REASONS } from './skip-reasons.ts';
import { outputOfScope } from './step-data.ts';
import type { StopReason } from './stop-signal.ts';

/** How a scope ended, once none of its steps runs. */
export const closeScope = (run: OpenScope): ScopeEnd => {
  const stopped = run.scope.stopping.reason();
  if (stopped) return closeStopped(run, stopped);
  if (run.waiting.size > 0) return { kind: 'waiting', waits: [...run.waiting.values()].flat() };
  const stuck = unsettledNodes(run.schedule);
  if (stuck.length > 0) return closeStopped(run, { kind: 'failed', error: neverReady(stuck) });
  try {
    return { kind: 'completed', output: outputOfScope(run) };
  } catch (error) {
    return { kind: 'failed', error: asFailure(error) };
  }
};

/** Nothing waits any more, and each node of the top scope has its end, also where it never began. */
const closeStopped = (run: OpenScope, reason: StopReason): ScopeEnd => {
  const never = unsettledNodes(run.schedule).filter((nodeId) => !run.waiting.has(nodeId));
  for (const waits of run.waiting.values()) cancelWaiting(run.engine, waits);
  if (run.scope.kind === 'top') {
    const why = reason.kind === 'cancelled' ? SKIP_REASONS.cancelled : SKIP_REASONS.failed;
    for (const nodeId of never) tellSkipped(run, nodeId, iterationOf(run, nodeId), why);
  }
  return reason.kind === 'failed' ? { kind: 'failed', error: reason.error } : { kind: 'cancelled' };
};

/** Only a definition that was not validated gets here. */
const neverReady = (nodeIds: string[]): ExecutionErrorData => ({
  code: 'invalid_workflow',
  message: `These steps wait for each other: ${nodeIds.slice(0, 20).join(', ')}.`,
  hint: 'Remove the connection that closes the circle.',
});

export const asFailure = (error: unknown): ExecutionErrorData =>
  isExecutionError(error) ? error.data : { code: 'internal', message: messageOf(error).slice(0, 4_000) };
