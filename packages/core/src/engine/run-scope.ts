import { BACK_PORT } from '../nodes/node-type.ts';
import { createAsyncQueue } from './async-queue.ts';
import { asFailure, closeScope } from './close-scope.ts';
import type { Engine, ScopeEnd, ScopeRun, WaitingStep } from './execution.ts';
import { followDecision } from './follow-decision.ts';
import type { JsonOutput } from './json-output.ts';
import type { Message, OpenScope, OpenStep } from './open-scope.ts';
import { cancelWaiting } from './run-attempt.ts';
import { runStep, type StepEnd } from './run-step.ts';
import { type Decision, openSchedule, settle } from './scheduler.ts';
import { holdSlot } from './slots.ts';
import { reportedInput, valuesOf } from './step-data.ts';
import { endEvent } from './step-events.ts';
import { stepKey } from './step-key.ts';
import { createStopSignal } from './stop-signal.ts';

/**
 * Runs every step of a scope that can run, as many at a time as there are slots, and says how the scope ended: by then
 * none of its steps runs. Never rejects.
 */
export const runScope = async (engine: Engine, scope: ScopeRun): Promise<ScopeEnd> => {
  const { schedule, decision } = openSchedule(scope.plan.schedule, unconditionalNodes(scope));
  const data = { outputs: new Map(), feedback: new Map() };
  const inbox = createAsyncQueue<Message>();
  const run: OpenScope = { engine, scope, schedule, data, open: new Set(), waiting: new Map(), inbox };
  const { signal } = scope.stopping;
  const onStop = () => inbox.push({ kind: 'stopped' });
  signal.addEventListener('abort', onStop);

  guard(run, () => startNext(run, decision));
  while (run.open.size > 0) {
    const message = await inbox.next();
    if (message?.kind === 'ended') guard(run, () => endStep(run, message.step, message.end));
    else withdrawRequests(run);
  }

  signal.removeEventListener('abort', onStop);
  return closeScope(run);
};

/** Of the nodes to run, those that need none of the others. */
const unconditionalNodes = ({ only, plan }: ScopeRun): ReadonlySet<string> | undefined => {
  if (!only) return undefined;
  const needsAnother = (id: string) =>
    plan.nodes
      .get(id)
      ?.ancestors()
      .some((ancestor) => only.has(ancestor));
  return new Set([...only].filter((id) => !needsAnother(id)));
};

/** What fails here is no step. It ends the scope, which still waits for its steps to end. */
const guard = (run: OpenScope, work: () => void): void => {
  try {
    work();
  } catch (error) {
    run.scope.stopping.stop({ kind: 'failed', error: asFailure(error) });
  }
};

const startNext = (run: OpenScope, decision: Decision): void => {
  for (const step of followDecision(run, decision)) {
    if (run.scope.stopping.reason()) run.open.delete(step);
    else step.withdraw = run.engine.slots.request(() => startStep(run, step));
  }
};

/** Steps that have not begun when the scope is stopped never do. */
const withdrawRequests = (run: OpenScope): void => {
  for (const step of run.open) {
    if (step.slot) continue;
    step.withdraw?.();
    run.open.delete(step);
  }
};

/** Called with a slot. Never throws: whoever gave its slot back has nothing to do with this step. */
const startStep = (run: OpenScope, step: OpenStep): void => {
  const { engine, scope } = run;
  const { plan, nodeId, iteration } = step;
  const slot = holdSlot(engine.slots);
  step.slot = slot;
  if (plan.mayLose) step.stopping = createStopSignal(scope.stopping.signal);
  const signal = (step.stopping ?? scope.stopping).signal;
  const firstAttempt = engine.attempts.get(stepKey(nodeId, iteration)) ?? 1;
  const values = valuesOf(nodeId, run);
  const input = reportedInput(nodeId, values.previous, run);
  engine.emit({ type: 'step_started', at: engine.host.clock.now(), nodeId, iteration, attempt: firstAttempt, input });
  runStep({ engine, scope, plan, iteration, firstAttempt, values, slot, signal, runScope }).then(
    (end) => run.inbox.push({ kind: 'ended', step, end }),
    // A step never rejects; should it, the execution must end and not wait for it.
    (error) =>
      run.inbox.push({ kind: 'ended', step, end: { kind: 'failed', attempt: firstAttempt, error: asFailure(error) } }),
  );
};

/** Tells how a step ended and does what follows. */
const endStep = (run: OpenScope, step: OpenStep, given: StepEnd): void => {
  const { engine, scope } = run;
  const end = endAsSeen(run, step, given);
  run.open.delete(step);
  engine.emit(endEvent(step, end, engine.host.clock.now()));
  step.stopping?.release();
  step.slot?.end();
  if (step.isLost) return;
  switch (end.kind) {
    case 'completed':
      handOn(run, step, end);
      break;
    case 'failed':
      if (end.handedOn) {
        handOn(run, step, end.handedOn);
        break;
      }
      scope.stopping.stop({ kind: 'failed', error: end.error });
      settle(run.schedule, step.nodeId, { kind: 'stopped' });
      break;
    case 'waiting':
      run.waiting.set(step.nodeId, waitsOf(step, end));
      break;
    case 'cancelled':
      settle(run.schedule, step.nodeId, { kind: 'stopped' });
      break;
  }
};

const waitsOf = (
  { nodeId, iteration }: OpenStep,
  { wait: { kind, until }, inside }: Extract<StepEnd, { kind: 'waiting' }>,
): WaitingStep[] => [
  ...inside,
  { nodeId, iteration, kind, ...(until === undefined ? {} : { until }), isLeaf: inside.length === 0 },
];

/** Where nobody waits for a step any more, it does not wait either, and its failure is nobody's. */
const endAsSeen = (run: OpenScope, step: OpenStep, end: StepEnd): StepEnd => {
  if (end.kind === 'waiting' && (step.isLost || run.scope.stopping.reason())) {
    cancelWaiting(run.engine, end.inside);
    return { kind: 'cancelled' };
  }
  return end.kind === 'failed' && step.isLost && !end.handedOn ? { kind: 'cancelled' } : end;
};

const handOn = (
  run: OpenScope,
  { nodeId }: OpenStep,
  { output, ports }: { output: JsonOutput; ports: string[] },
): void => {
  run.data.outputs.set(nodeId, output);
  // Where only some nodes are to run, an evaluation has nobody to send back.
  const taken = run.scope.only ? ports.filter((port) => port !== BACK_PORT) : ports;
  startNext(run, settle(run.schedule, nodeId, { kind: 'completed', ports: taken }));
};
