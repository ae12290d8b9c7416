import type { WorkflowDefinition } from '../definition/workflow-definition.ts';
import { isExecutionError, messageOf } from '../errors/to-execution-error.ts';
import { createAsyncQueue } from './async-queue.ts';
import type { EngineEvent } from './events.ts';
import type { Execution, RunOptions } from './execution.ts';
import type { ExecutionErrorData } from './execution-errors.ts';
import { runSteps } from './run-steps.ts';
import { createStopSignal, type StopReason } from './stop-signal.ts';

/**
 * Runs a workflow and reports what happens, in order (see `events.ts`). The execution starts with the first event
 * that is asked for, goes on at its own pace, and ends when the reader leaves the loop. It never throws: whatever
 * happens, the last event is terminal. `definition` should have passed `validateWorkflow`.
 */
export async function* runWorkflow(
  definition: WorkflowDefinition,
  input: unknown,
  options: RunOptions,
): AsyncGenerator<EngineEvent, void, void> {
  const events = createAsyncQueue<EngineEvent>();
  const stopping = createStopSignal(options.signal);
  const finished = execute({ definition, input, options, stopping, emit: events.push }).finally(events.close);
  try {
    for (let event = await events.next(); event; event = await events.next()) yield event;
  } finally {
    stopping.stop({ kind: 'cancelled' });
    stopping.release();
    await finished;
  }
}

/** From the first event to the last. Never rejects. */
const execute = async (execution: Execution): Promise<void> => {
  const { options, stopping, emit } = execution;
  const { now } = options.host.clock;
  emit({ type: 'execution_started', at: now(), resumedSteps: options.resumeFrom?.length ?? 0 });
  const timeLimit = startTimeLimit(execution);
  try {
    const results = await runSteps(execution);
    const stopped = stopping.reason();
    emit(stopped ? terminalEvent(stopped, now()) : { type: 'execution_completed', at: now(), results });
  } catch (error) {
    emit({ type: 'execution_failed', at: now(), error: asExecutionFailure(error) });
  } finally {
    timeLimit.abort();
  }
};

/** Counts the time of an earlier attempt as well, or an execution that is resumed often enough would never end. */
const startTimeLimit = ({ definition, options, stopping }: Execution): AbortController => {
  const { timeoutMs } = definition.settings;
  const over = new AbortController();
  options.host.clock.sleep(Math.max(0, timeoutMs - (options.elapsedMs ?? 0)), over.signal).then(
    () => stopping.stop({ kind: 'failed', error: executionTimeout(timeoutMs) }),
    () => undefined,
  );
  return over;
};

const executionTimeout = (timeoutMs: number): ExecutionErrorData => ({
  code: 'execution_timeout',
  message: `The execution did not finish within ${timeoutMs / 1_000} s.`,
  hint: 'Raise the time limit in the workflow’s settings, or give it less to do.',
});

const terminalEvent = (reason: StopReason, at: number): EngineEvent =>
  reason.kind === 'failed'
    ? { type: 'execution_failed', at, error: reason.error }
    : { type: 'execution_cancelled', at };

/** What gets here is no failure of a node: those end as events. */
const asExecutionFailure = (error: unknown): ExecutionErrorData =>
  isExecutionError(error) ? error.data : { code: 'internal', message: messageOf(error).slice(0, 4_000) };
