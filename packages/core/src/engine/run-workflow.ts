import type { WorkflowDefinition } from '../definition/workflow-definition.ts';
import type { Host } from '../host/host.ts';
import { createAsyncQueue } from './async-queue.ts';
import { asFailure } from './close-scope.ts';
import type { EngineEvent } from './events.ts';
import type { Engine, Execution, RunOptions, ScopeEnd, ScopeRun } from './execution.ts';
import { ExecutionError } from './execution-errors.ts';
import { executionTimeout, watchRunning } from './execution-timeout.ts';
import { toJsonOutput } from './json-output.ts';
import { MAX_UNREAD_EVENTS } from './limits.ts';
import { getNodeRuntime } from './node-runtime.ts';
import { planWorkflow, type WorkflowPlan } from './plan.ts';
import { createReplay } from './replay.ts';
import { runScope } from './run-scope.ts';
import { createSlots } from './slots.ts';
import { createStopSignal } from './stop-signal.ts';

/**
 * Runs a workflow and reports what happens, in order (see `events.ts`). The execution starts with the first event
 * that is asked for, goes on at its own pace but never far ahead of its reader, and ends when the reader leaves the loop. It never throws: whatever
 * happens, the last event says how it ended, or that it waits. `definition` should have passed `validateWorkflow`.
 */
export async function* runWorkflow(
  definition: WorkflowDefinition,
  input: unknown,
  options: RunOptions,
): AsyncGenerator<EngineEvent, void, void> {
  const events = createAsyncQueue<EngineEvent>();
  const stopping = createStopSignal(options.signal);
  const slots = createSlots(definition.settings.maxParallel, () => events.unread() < MAX_UNREAD_EVENTS);
  const finished = execute({ definition, input, options, slots, stopping, emit: events.push }).finally(events.close);
  try {
    for (let event = await events.next(); event; event = await events.next()) {
      yield event;
      slots.recheck();
    }
  } finally {
    stopping.stop({ kind: 'cancelled' });
    stopping.release();
    await finished;
  }
}

/** From the first event to the last. Never rejects. */
const execute = async (given: Execution): Promise<void> => {
  const steps = watchRunning();
  const emit = (event: EngineEvent): void => {
    steps.see(event);
    given.emit(event);
  };
  const execution = { ...given, emit };
  const { options } = execution;
  const { now } = options.host.clock;
  emit({ type: 'execution_started', at: now(), resumedSteps: options.resumeFrom?.length ?? 0 });
  const timeLimit = startTimeLimit(execution, steps.running);
  const code = options.host.code.open?.();
  try {
    const engine = createEngine(execution, code ? { ...options.host, code } : options.host);
    emit(lastEvent(await runScope(engine, topScope(execution, engine)), now()));
  } catch (error) {
    emit({ type: 'execution_failed', at: now(), error: asFailure(error) });
  } finally {
    timeLimit.abort();
    await code?.close();
  }
};

const createEngine = ({ options, slots, emit }: Execution, host: Host): Engine => {
  const { executionId, resumeFrom = [], beforeWork, nodeRuntime = getNodeRuntime } = options;
  // A node may be called `constructor`, which every plain object has.
  const attempts = new Map(Object.entries(options.attempts ?? {}));
  const plans = new WeakMap<WorkflowDefinition, WorkflowPlan>();
  const planOf = (wanted: WorkflowDefinition): WorkflowPlan => {
    const plan = plans.get(wanted) ?? planWorkflow(wanted, nodeRuntime);
    plans.set(wanted, plan);
    return plan;
  };
  return { host, planOf, executionId, attempts, replay: createReplay(resumeFrom), slots, beforeWork, emit };
};

const topScope = ({ definition, input, options, stopping }: Execution, engine: Engine): ScopeRun => {
  const workflow = engine.planOf(definition);
  const plain = toJsonOutput(input, 'The input').value;
  const unknown = options.only?.find((id) => !workflow.top.nodes.has(id));
  if (unknown !== undefined) throw notToRunAlone(unknown);
  return {
    kind: 'top',
    workflow,
    plan: workflow.top,
    iteration: '',
    input: plain,
    previous: plain,
    ...(options.only ? { only: new Set(options.only) } : {}),
    depth: 0,
    stopping,
  };
};

/** Counts the time of an earlier attempt as well, or an execution that is resumed often enough would never end. */
const startTimeLimit = (
  { definition, options, stopping }: Execution,
  running: ReturnType<typeof watchRunning>['running'],
): AbortController => {
  const { timeoutMs } = definition.settings;
  const over = new AbortController();
  options.host.clock.sleep(Math.max(0, timeoutMs - (options.elapsedMs ?? 0)), over.signal).then(
    () => {
      const steps = running().map((step) => ({ ...step, name: nameOf(definition, step.nodeId) }));
      stopping.stop({ kind: 'failed', error: executionTimeout({ timeoutMs, running: steps }) });
    },
    () => undefined,
  );
  return over;
};

/** A node of a workflow that a step runs is not here, and is known by its id. */
const nameOf = ({ nodes }: WorkflowDefinition, nodeId: string): string =>
  nodes.find(({ id }) => id === nodeId)?.name ?? nodeId;

const notToRunAlone = (nodeId: string): ExecutionError =>
  new ExecutionError({
    code: 'invalid_workflow',
    message: `“${nodeId}” cannot run alone: it is no step of the workflow itself.`,
    hint: 'Choose a step that lies in no container.',
  });

const lastEvent = (end: ScopeEnd, at: number): EngineEvent => {
  switch (end.kind) {
    case 'completed':
      return { type: 'execution_completed', at, results: end.output };
    case 'failed':
      return { type: 'execution_failed', at, error: end.error };
    case 'cancelled':
      return { type: 'execution_cancelled', at };
    case 'waiting': {
      const waits = end.waits.filter(({ isLeaf }) => isLeaf);
      return { type: 'execution_waiting', at, waits: waits.map(({ isLeaf: _, ...wait }) => wait) };
    }
  }
};
