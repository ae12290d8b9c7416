import { messageOf } from '../errors/to-execution-error.ts';
import { buildGraph } from '../graph/graph.ts';
import { createAsyncQueue } from './async-queue.ts';
import type { EngineEvent } from './events.ts';
import type { Execution } from './execution.ts';
import { ExecutionError } from './execution-errors.ts';
import { toJsonOutput } from './json-output.ts';
import { getNodeRuntime } from './node-runtime.ts';
import { readFinishedSteps } from './resume.ts';
import { runStep, type StepEnd } from './run-step.ts';
import { connectedPorts, type Decision, openSchedule, type Schedule, settle, unsettledNodes } from './scheduler.ts';
import { SKIP_REASONS } from './skip-reasons.ts';
import { type ExecutionData, NO_OUTPUT, reportedInput, resultsOf, scopeOf } from './step-data.ts';

/** What the steps of one execution share. */
type Run = { execution: Execution; schedule: Schedule; data: ExecutionData };

/**
 * Runs every step that can run, as many at a time as the settings allow, and gives the results. When the execution
 * is stopped it waits for the steps that run to let go; what it gives then means nothing.
 */
export const runSteps = async (execution: Execution): Promise<unknown> => {
  const { run, decision } = openRun(execution);
  const ended = createAsyncQueue<{ nodeId: string; end: StepEnd }>();
  const ready: string[] = [];
  let running = 0;

  const follow = (next: Decision) => {
    for (const nodeId of next.skipped) reportSkipped(run, nodeId, SKIP_REASONS.noPath);
    ready.push(...next.ready);
    while (running < execution.definition.settings.maxParallel && !execution.stopping.reason()) {
      const nodeId = ready.shift();
      if (nodeId === undefined) break;
      running += 1;
      startStep(run, nodeId).then(
        (end) => ended.push({ nodeId, end }),
        (error) => ended.push({ nodeId, end: engineFault(error) }),
      );
    }
  };

  follow(decision);
  while (running > 0) {
    const step = await ended.next();
    if (!step) break;
    running -= 1;
    follow(finishStep(run, step.nodeId, step.end));
  }
  return closeRun(run);
};

const openRun = (execution: Execution): { run: Run; decision: Decision } => {
  const { definition, input, options } = execution;
  const { outcomes, outputs } = readFinishedSteps(options.resumeFrom ?? []);
  const { schedule, decision } = openSchedule(buildGraph(definition), outcomes);
  const data = { executionId: options.executionId, input: toJsonOutput(input, 'The input').value, outputs };
  return { run: { execution, schedule, data }, decision };
};

const startStep = async ({ execution, schedule, data }: Run, nodeId: string): Promise<StepEnd> => {
  const { options, stopping, emit } = execution;
  const { host, nodeRuntime = getNodeRuntime } = options;
  const node = schedule.graph.nodes.get(nodeId);
  if (!node) throw new Error(`The scheduler started ${nodeId}, which is not in the graph.`);
  const scope = scopeOf(nodeId, schedule, data);
  const attempt = options.attempts?.[nodeId] ?? 1;
  const input = reportedInput(nodeId, scope.previous, schedule, data);
  emit({ type: 'step_started', at: host.clock.now(), nodeId, attempt, input });
  return runStep({
    node,
    runtime: nodeRuntime(node.type),
    connectedPorts: connectedPorts(schedule, nodeId),
    scope,
    host,
    firstAttempt: attempt,
    signal: stopping.signal,
    emit,
  });
};

/** A step never rejects; should it, the execution must end and not wait for it. */
const engineFault = (error: unknown): StepEnd => ({
  kind: 'failed',
  attempt: 1,
  error: { code: 'internal', message: messageOf(error).slice(0, 4_000) },
  continued: false,
});

/** Records how a step ended, says so, and says what follows. */
const finishStep = ({ execution, schedule, data }: Run, nodeId: string, end: StepEnd): Decision => {
  execution.emit(endEvent(nodeId, end, execution.options.host.clock.now()));
  if (end.kind === 'completed') {
    data.outputs.set(nodeId, end.output);
    return settle(schedule, nodeId, { kind: 'completed', ports: end.ports });
  }
  if (end.kind === 'failed' && end.continued) {
    data.outputs.set(nodeId, NO_OUTPUT);
    return settle(schedule, nodeId, { kind: 'failed' });
  }
  if (end.kind === 'failed') execution.stopping.stop({ kind: 'failed', error: end.error });
  return settle(schedule, nodeId, { kind: 'stopped' });
};

const endEvent = (nodeId: string, end: StepEnd, at: number): EngineEvent => {
  switch (end.kind) {
    case 'completed':
      return {
        type: 'step_completed',
        at,
        nodeId,
        attempt: end.attempt,
        output: end.output.value,
        ports: end.ports,
        ...end.details,
      };
    case 'failed':
      return { type: 'step_failed', at, nodeId, attempt: end.attempt, error: end.error, continued: end.continued };
    case 'cancelled':
      return { type: 'step_cancelled', at, nodeId };
  }
};

/** Accounts for what never started, so that every node has an end, and gathers the results. */
const closeRun = (run: Run): unknown => {
  const { execution, schedule, data } = run;
  const stopped = execution.stopping.reason();
  const reason = stopped?.kind === 'cancelled' ? SKIP_REASONS.cancelled : SKIP_REASONS.failed;
  const neverStarted = unsettledNodes(schedule);
  for (const nodeId of neverStarted) reportSkipped(run, nodeId, reason);
  if (stopped) return undefined;
  if (neverStarted.length > 0) throw neverReady(neverStarted);
  return resultsOf(schedule, data);
};

const reportSkipped = ({ execution }: Run, nodeId: string, reason: string): void =>
  execution.emit({ type: 'step_skipped', at: execution.options.host.clock.now(), nodeId, reason });

/** Only a definition that was not validated gets here. */
const neverReady = (nodeIds: string[]): ExecutionError =>
  new ExecutionError({
    code: 'invalid_workflow',
    message: `These steps wait for each other: ${nodeIds.slice(0, 20).join(', ')}.`,
    hint: 'Remove the connection that closes the circle.',
  });
