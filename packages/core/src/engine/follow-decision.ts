import type { FeedbackRegion } from '../graph/feedback-regions.ts';
import type { FinishedStep } from './events.ts';
import { sizedJson } from './json-output.ts';
import { iterationOf, type OpenScope, type OpenStep } from './open-scope.ts';
import { cancelWaiting } from './run-attempt.ts';
import { type Decision, isReady, settle } from './scheduler.ts';
import { SKIP_REASONS } from './skip-reasons.ts';
import { stepKey } from './step-key.ts';

/**
 * Does what was decided and what follows from it at once, and gives the steps to start, in order. Steps of an earlier
 * attempt settle in the order in which they ended then, before anything new is started: so a merge that took the
 * first takes the same one again.
 */
export const followDecision = (run: OpenScope, decision: Decision): OpenStep[] => {
  const turn: Turn = { fresh: [], replayed: [] };
  apply(run, decision, turn);
  for (let next = takeFirst(turn); next; next = takeFirst(turn)) apply(run, replay(run, next), turn);
  return turn.fresh.filter((step) => run.open.has(step));
};

/** What is known to come next while decisions are followed. */
type Turn = { fresh: OpenStep[]; replayed: Replayable[] };
type Replayable = { nodeId: string; step: HandedOn; position: number };
type HandedOn = Extract<FinishedStep, { ports: string[] }>;

const apply = (run: OpenScope, decision: Decision, turn: Turn): void => {
  if (decision.reopened) sendBack(run, decision.reopened);
  for (const nodeId of decision.skipped) skip(run, nodeId, SKIP_REASONS.noPath);
  for (const nodeId of decision.ready) makeReady(run, nodeId, turn);
  for (const nodeId of decision.losers) lose(run, nodeId, turn);
};

const makeReady = (run: OpenScope, nodeId: string, turn: Turn): void => {
  const { engine, scope } = run;
  const plan = scope.plan.nodes.get(nodeId);
  if (!plan) throw new Error(`The scheduler started ${nodeId}, which is not in the scope.`);
  const iteration = iterationOf(run, nodeId);
  const found = engine.replay.take(nodeId, iteration);
  // What was skipped or cancelled then is so again by itself; where the way is free now, it was another way.
  if (found && isHandedOn(found.step)) {
    turn.replayed.push({ nodeId, step: found.step, position: found.position });
  } else if (isSelected(run, nodeId)) {
    const step: OpenStep = { plan, nodeId, iteration, isKnown: found !== undefined, isLost: false };
    run.open.add(step);
    turn.fresh.push(step);
  } else {
    if (!found) tellSkipped(run, nodeId, iteration, SKIP_REASONS.notSelected);
    apply(run, settle(run.schedule, nodeId, { kind: 'skipped' }), turn);
  }
};

const isHandedOn = (step: FinishedStep): step is HandedOn => 'ports' in step;

const isSelected = ({ scope: { only } }: OpenScope, nodeId: string): boolean => !only || only.has(nodeId);

const takeFirst = ({ replayed }: Turn): Replayable | undefined => {
  const first = replayed.reduce<Replayable | undefined>(
    (earliest, one) => (earliest && earliest.position < one.position ? earliest : one),
    undefined,
  );
  if (first) replayed.splice(replayed.indexOf(first), 1);
  return first;
};

const replay = ({ data, schedule }: OpenScope, { nodeId, step }: Replayable): Decision => {
  if (isReady(schedule, nodeId)) data.outputs.set(nodeId, sizedJson(step.output));
  return settle(schedule, nodeId, { kind: 'completed', ports: step.ports });
};

/** For what an earlier attempt has told already, nothing is told again. */
const skip = (run: OpenScope, nodeId: string, reason: string): void => {
  const iteration = iterationOf(run, nodeId);
  if (run.engine.replay.take(nodeId, iteration)) return;
  tellSkipped(run, nodeId, iteration, isSelected(run, nodeId) ? reason : SKIP_REASONS.notSelected);
};

/** A merge has no more use for the step, wherever it is by now. */
const lose = (run: OpenScope, nodeId: string, turn: Turn): void => {
  const waits = run.waiting.get(nodeId);
  const step = [...run.open].find((one) => one.nodeId === nodeId && !one.isLost);
  const replayed = turn.replayed.find((one) => one.nodeId === nodeId);
  if (replayed) {
    turn.replayed.splice(turn.replayed.indexOf(replayed), 1);
  } else if (waits) {
    run.waiting.delete(nodeId);
    cancelWaiting(run.engine, waits);
  } else if (step?.slot) {
    step.isLost = true;
    step.stopping?.stop({ kind: 'cancelled' });
  } else if (step) {
    run.open.delete(step);
    step.withdraw?.();
    if (!step.isKnown) tellLost(run, nodeId, step.iteration);
  } else {
    const iteration = iterationOf(run, nodeId);
    if (!run.engine.replay.take(nodeId, iteration)) tellLost(run, nodeId, iteration);
  }
};

/** One that had begun in an earlier attempt was cancelled; the others never ran. */
const tellLost = (run: OpenScope, nodeId: string, iteration: string): void => {
  const { attempts } = run.engine;
  if (attempts.has(stepKey(nodeId, iteration))) cancelWaiting(run.engine, [{ nodeId, iteration }]);
  else tellSkipped(run, nodeId, iteration, SKIP_REASONS.notNeeded);
};

export const tellSkipped = ({ engine }: OpenScope, nodeId: string, iteration: string, reason: string): void =>
  engine.emit({ type: 'step_skipped', at: engine.host.clock.now(), nodeId, iteration, reason });

/** Keeps what the judged step, and the evaluation when it judges again, are told, and lets go of what the region gave in the last round. */
const sendBack = ({ schedule, data }: OpenScope, region: FeedbackRegion): void => {
  const { outputs, feedback } = data;
  const evaluation = outputs.get(region.evaluation)?.value ?? null;
  const output = outputs.get(region.judged)?.value ?? null;
  for (const member of region.members) {
    outputs.delete(member);
    feedback.delete(member);
  }
  const round = schedule.regions.get(region)?.round ?? 1;
  for (const nodeId of [region.judged, region.evaluation]) feedback.set(nodeId, { evaluation, output, round });
};
