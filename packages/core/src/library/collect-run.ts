import type { EngineEvent, FinishedStep, Wait } from '../engine/events.ts';
import type { ExecutionErrorData } from '../engine/execution-errors.ts';
import { stepKey } from '../engine/step-key.ts';
import type { Usage } from '../models/model-call.ts';

/** One run of one step. */
export type StepReport = {
  /** The node's id. */
  id: string;
  /** `''`, or which round of what: `each[3]`. */
  iteration: string;
  status: 'completed' | 'failed' | 'skipped' | 'cancelled' | 'waiting';
  output?: unknown;
  error?: ExecutionErrorData;
  /** Why: which branch, which model; of a skipped step, why it never ran. */
  reason?: string;
  model?: string;
  usage?: Usage;
  /** US dollars. */
  costUsd?: number;
  attempts: number;
  /** Milliseconds, all attempts and the waits between them. */
  durationMs: number;
  /** What its agents used. */
  tools: { tool: string; input: unknown; output?: unknown; error?: ExecutionErrorData; durationMs: number }[];
};

/** What became of a failed step. `continued`: the run went on without it. */
export type RunError = ExecutionErrorData & { iteration?: string; continued: boolean };

export type CollectedRun = {
  status: 'completed' | 'failed' | 'cancelled' | 'waiting';
  /** Of the output node; `null` unless it completed. */
  results: unknown;
  /** Milliseconds. */
  executionTime: number;
  errors: RunError[];
  /** In the order in which they ended. */
  steps: StepReport[];
  /** `waiting`: what for. */
  waits: Wait[];
  /** What `resumeFrom` takes to go on from here. */
  finished: FinishedStep[];
};

type Open = { startedAt: number; attempts: number; tools: StepReport['tools']; inputs: Map<string, unknown> };

/** Reads a run to its end and sums it up. `onEvent` sees each event as it comes. */
export const collectRun = async (
  events: AsyncIterable<EngineEvent>,
  onEvent?: (event: EngineEvent) => void,
): Promise<CollectedRun> => {
  const open = new Map<string, Open>();
  const run: CollectedRun = {
    status: 'cancelled',
    results: null,
    executionTime: 0,
    errors: [],
    steps: [],
    waits: [],
    finished: [],
  };
  let startedAt: number | undefined;
  for await (const event of events) {
    startedAt ??= event.at;
    onEvent?.(event);
    read(event, run, open);
    run.executionTime = event.at - startedAt;
  }
  return run;
};

const read = (event: EngineEvent, run: CollectedRun, open: Map<string, Open>): void => {
  switch (event.type) {
    case 'step_started':
      open.set(stepKey(event.nodeId, event.iteration), {
        startedAt: event.at,
        attempts: 1,
        tools: [],
        inputs: new Map(),
      });
      return;
    case 'step_retrying':
    case 'tool_started':
    case 'tool_completed':
      readProgress(event, open.get(stepKey(event.nodeId, event.iteration)));
      return;
    case 'step_completed':
    case 'step_failed':
    case 'step_skipped':
    case 'step_cancelled':
    case 'step_waiting':
      readEnd(event, run, open);
      return;
    case 'execution_completed':
      run.status = 'completed';
      run.results = event.results;
      return;
    case 'execution_failed':
      run.status = 'failed';
      // A step that failed it has said so itself.
      if (!run.errors.some(({ message, continued }) => message === event.error.message && !continued))
        run.errors.push({ ...event.error, continued: false });
      return;
    case 'execution_waiting':
      run.status = 'waiting';
      run.waits = event.waits;
      return;
    default:
      return;
  }
};

type Progress = Extract<EngineEvent, { type: 'step_retrying' | 'tool_started' | 'tool_completed' }>;

const readProgress = (event: Progress, step: Open | undefined): void => {
  if (!step) return;
  if (event.type === 'step_retrying') step.attempts = event.attempt + 1;
  else if (event.type === 'tool_started') step.inputs.set(event.callId, event.input);
  else {
    const { tool, output, error, durationMs, callId } = event;
    step.tools.push({ tool, input: step.inputs.get(callId), durationMs, ...(error ? { error } : { output }) });
  }
};

type End = Extract<
  EngineEvent,
  { type: 'step_completed' | 'step_failed' | 'step_skipped' | 'step_cancelled' | 'step_waiting' }
>;

const readEnd = (event: End, run: CollectedRun, open: Map<string, Open>): void => {
  const { nodeId, iteration } = event;
  const step = open.get(stepKey(nodeId, iteration));
  const base = {
    id: nodeId,
    iteration,
    attempts: step?.attempts ?? 0,
    durationMs: step ? event.at - step.startedAt : 0,
    tools: step?.tools ?? [],
  };
  switch (event.type) {
    case 'step_completed': {
      const { output, ports, reason, model, usage, costUsd } = event;
      run.steps.push({ ...base, status: 'completed', output, ...given({ reason, model, usage, costUsd }) });
      run.finished.push({ status: 'completed', nodeId, iteration, output, ports });
      return;
    }
    case 'step_failed': {
      const { error, continued, output = null, ports = [] } = event;
      run.steps.push({ ...base, status: 'failed', error, ...(continued ? { output } : {}) });
      run.errors.push({ ...error, nodeId, ...(iteration === '' ? {} : { iteration }), continued });
      if (continued) run.finished.push({ status: 'failed', nodeId, iteration, output, ports });
      return;
    }
    case 'step_skipped':
      run.steps.push({ ...base, status: 'skipped', reason: event.reason });
      return;
    case 'step_cancelled':
      run.steps.push({ ...base, status: 'cancelled' });
      return;
    case 'step_waiting':
      run.steps.push({ ...base, status: 'waiting' });
      return;
  }
};

const given = <Fields extends object>(fields: Fields): Partial<Fields> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<Fields>;
