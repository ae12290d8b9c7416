import type { WorkflowDefinition, WorkflowNode } from '@agentweaver/core/definition/workflow-definition';
import type { EngineEvent, FinishedStep } from '@agentweaver/core/engine/events';
import { ExecutionError, type ExecutionErrorData } from '@agentweaver/core/engine/execution-errors';
import { parseIteration } from '@agentweaver/core/engine/parse-iteration';
import { stepKey } from '@agentweaver/core/engine/step-key';
import type { LoadedWorkflow } from '@agentweaver/core/host/ports/workflow';
import { BACK_PORT } from '@agentweaver/core/nodes/node-type';
import { MAX_STEP_EVENTS, MAX_STEPS } from '../tunables.ts';
import { createStepPlaces, type StepRef } from './step-places.ts';
import { violation } from './violation.ts';

/** `pending` steps are in no table: there is no end of those that iterations may bring. */
type StepState = 'running' | 'waiting' | 'finished';

export type LastEvent = Extract<
  EngineEvent,
  { type: 'execution_completed' | 'execution_failed' | 'execution_cancelled' | 'execution_waiting' }
>;
type StepEvent = Extract<EngineEvent, { nodeId: string }>;
/** Without what is only said in the course of a step. */
type StepChange = Exclude<
  StepEvent,
  { type: 'step_log' | 'tool_started' | 'tool_completed' | 'message' | 'step_delta' }
>;

export const isLast = (event: EngineEvent): event is LastEvent =>
  event.type === 'execution_completed' ||
  event.type === 'execution_failed' ||
  event.type === 'execution_cancelled' ||
  event.type === 'execution_waiting';

export type StepLedger = {
  /**
   * Whether the event is to be kept; throws `protocol_violation` when no engine would have sent it, and `step_limit`
   * when there are too many steps. What a step says that has just ended is dropped: its code may be a moment behind.
   */
  accept(event: EngineEvent): boolean;
  isRunning(step: StepRef): boolean;
  running(): StepRef[];
  /** Whether a step has finished since the claim. */
  hasProgress(): boolean;
  findNode(step: StepRef): WorkflowNode | undefined;
  /** A call of the step has been told that its answer takes long: it may end as `step_waiting`. */
  suspended(step: StepRef): void;
  /** The step has been given a workflow to run inside it. */
  loaded(step: StepRef, workflow: LoadedWorkflow): void;
  /** Ends all steps that have not: those of `failed`, by `stepKey`, with that error, the others as cancelled. Returns the events. */
  closeRunning(options: { at: number; failed?: ReadonlyMap<string, ExecutionErrorData> }): EngineEvent[];
};

type Step = StepRef & { state: StepState; attempt: number };

/**
 * What the executor itself knows about the steps of one execution. The sandbox is not trusted: its events must name
 * nodes of the definition, in the containers that run them, and keep the order of a step's life, or they would corrupt
 * the stored log.
 */
export const createStepLedger = ({
  definition,
  finishedSteps,
  maxSteps = MAX_STEPS,
  maxEvents = MAX_STEP_EVENTS,
}: {
  definition: WorkflowDefinition;
  finishedSteps: readonly FinishedStep[];
  maxSteps?: number;
  maxEvents?: number;
}): StepLedger => {
  const places = createStepPlaces(definition);
  const steps = new Map<string, Step>();
  /** Those that have not ended, so that nobody looks through all the others. */
  const open = new Map<string, Step>();
  /** Evaluations that sent their region round again. */
  const wentBack = new Set<string>();
  const suspendedSteps = new Set<string>();
  let started = false;
  let ended = false;
  let told = 0;
  let progress = false;

  for (const step of finishedSteps) {
    const key = stepKey(step.nodeId, step.iteration);
    steps.set(key, { nodeId: step.nodeId, iteration: step.iteration, state: 'finished', attempt: 1 });
    if ('ports' in step && step.ports.includes(BACK_PORT)) wentBack.add(key);
  }

  const stateOf = ({ nodeId, iteration }: StepRef): StepState | undefined =>
    steps.get(stepKey(nodeId, iteration))?.state;
  const openIn = (state: StepState): Step[] => [...open.values()].filter((step) => step.state === state);
  const inside = (key: string): Step[] =>
    [...open.values()].filter(({ iteration }) => iteration.startsWith(`${key}[`) || iteration.startsWith(`${key}#`));

  /** Whether what the iteration lies in is at work: the container runs, the evaluation has sent it round. */
  const isOpen = (iteration: string): boolean => {
    const last = parseIteration(iteration)?.at(-1);
    if (!last) return iteration === '';
    const { nodeId, index, within } = last;
    if (stateOf({ nodeId, iteration: within }) === 'running') return true;
    const roundBefore = index > 1 ? `${stepKey(nodeId, within)}[${index - 1}]` : within;
    return index > 0 && wentBack.has(stepKey(nodeId, roundBefore)) && isOpen(within);
  };

  const begin = ({ type, nodeId, iteration }: StepEvent): Step => {
    if (!places.find({ nodeId, iteration })) throw violation(`${type} for a node that is not in the workflow`);
    if (!isOpen(iteration)) throw violation(`${type} in a container that does not run`);
    if (steps.size >= maxSteps) throw tooManySteps(maxSteps);
    const step: Step = { nodeId, iteration, state: 'running', attempt: 1 };
    steps.set(stepKey(nodeId, iteration), step);
    return step;
  };

  const move = (event: StepEvent, from: ('pending' | StepState)[], to: StepState): Step => {
    const key = stepKey(event.nodeId, event.iteration);
    const known = steps.get(key);
    const state = known?.state ?? 'pending';
    if (!from.includes(state)) {
      // A node that does not exist is not pending either, and that says more.
      if (!known) begin(event);
      throw violation(`${event.type} for a step that is ${state}`);
    }
    const step = known ?? begin(event);
    step.state = to;
    if (to === 'finished') open.delete(key);
    else open.set(key, step);
    return step;
  };

  const end = (event: StepEvent, from: ('pending' | StepState)[]): true => {
    move(event, from, 'finished');
    if (inside(stepKey(event.nodeId, event.iteration)).length > 0) throw violation('a step that ends before its body');
    return true;
  };

  const wait = (event: StepEvent): true => {
    const key = stepKey(event.nodeId, event.iteration);
    const body = inside(key);
    if (body.some(({ state }) => state === 'running')) throw violation('a step that waits while its body runs');
    if (body.length === 0 && !suspendedSteps.has(key)) throw violation('a step that waits for nothing');
    move(event, ['running'], 'waiting');
    return true;
  };

  const acceptStep = (event: StepEvent): boolean => {
    switch (event.type) {
      case 'step_log':
      case 'tool_started':
      case 'tool_completed':
      case 'message':
        return stateOf(event) === 'running';
      case 'step_delta':
        // Only hosts in the same process give these; here the executor itself publishes them.
        return false;
      default:
        told += 1;
        if (told > maxEvents) throw tooManySteps(maxSteps);
        return acceptChange(event);
    }
  };

  const acceptChange = (event: StepChange): boolean => {
    switch (event.type) {
      case 'step_started':
        // Also each further attempt of a step that is being retried.
        move(event, ['pending', 'running'], 'running').attempt = event.attempt;
        return true;
      case 'step_retrying':
        move(event, ['running'], 'running');
        return true;
      case 'step_waiting':
        return wait(event);
      case 'step_completed':
        end(event, ['running']);
        progress = true;
        if (event.ports.includes(BACK_PORT)) wentBack.add(stepKey(event.nodeId, event.iteration));
        return true;
      case 'step_failed':
        return end(event, ['running']);
      case 'step_skipped':
        return end(event, ['pending']);
      case 'step_cancelled':
        return end(event, ['pending', 'running', 'waiting']);
    }
  };

  const acceptLast = (event: LastEvent): true => {
    // Only the executor cancels, and it does so by killing the sandbox.
    if (event.type === 'execution_cancelled') throw violation('a cancel that nobody asked for');
    if (event.type !== 'execution_failed' && openIn('running').length > 0) {
      throw violation(`${event.type} with running steps`);
    }
    if (event.type === 'execution_waiting' && openIn('waiting').length === 0) {
      throw violation('an execution that waits for nothing');
    }
    ended = true;
    return true;
  };

  return {
    accept: (event) => {
      if (ended) throw violation(`${event.type} after the end`);
      if (event.type === 'execution_started') {
        if (started) throw violation('a second start');
        started = true;
        return true;
      }
      if (!started) throw violation(`${event.type} before the start`);
      return isLast(event) ? acceptLast(event) : acceptStep(event);
    },
    isRunning: (step) => stateOf(step) === 'running',
    running: () => openIn('running').map(({ nodeId, iteration }) => ({ nodeId, iteration })),
    hasProgress: () => progress,
    findNode: places.find,
    suspended: ({ nodeId, iteration }) => suspendedSteps.add(stepKey(nodeId, iteration)),
    loaded: places.load,
    closeRunning: ({ at, failed }) =>
      // Bodies end before what runs them.
      [...open].toReversed().map(([key, step]): EngineEvent => {
        const { nodeId, iteration, attempt } = step;
        step.state = 'finished';
        open.delete(key);
        const error = failed?.get(key);
        return error
          ? { type: 'step_failed', at, nodeId, iteration, attempt, error, continued: false }
          : { type: 'step_cancelled', at, nodeId, iteration };
      }),
  };
};

const tooManySteps = (max: number): ExecutionError =>
  new ExecutionError({
    code: 'step_limit',
    message: `This execution has run ${max} steps, which is the most that one may.`,
    hint: 'Give its loops and maps less to go through, or split the work over several executions.',
  });
