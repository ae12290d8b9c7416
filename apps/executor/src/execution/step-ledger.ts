import type { WorkflowDefinition } from '@agentweaver/core/definition/workflow-definition';
import type { EngineEvent, FinishedStep } from '@agentweaver/core/engine/events';
import { ExecutionError, type ExecutionErrorData } from '@agentweaver/core/engine/execution-errors';

type StepState = 'pending' | 'running' | 'finished';

export type TerminalEvent = Extract<
  EngineEvent,
  { type: 'execution_completed' | 'execution_failed' | 'execution_cancelled' }
>;

export const isTerminal = (event: EngineEvent): event is TerminalEvent =>
  event.type === 'execution_completed' || event.type === 'execution_failed' || event.type === 'execution_cancelled';

export type StepLedger = {
  /**
   * Whether the event is to be kept; throws `protocol_violation` when no engine would have sent it. A log line of a
   * step that has just ended is dropped: the step's code may be a moment behind.
   */
  accept(event: EngineEvent): boolean;
  isRunning(nodeId: string): boolean;
  running(): string[];
  /** Ends all running steps: those of `failed` with that error, the others as cancelled. Returns the events. */
  closeRunning(options: { at: number; failed?: ReadonlyMap<string, ExecutionErrorData> }): EngineEvent[];
};

/**
 * What the executor itself knows about the steps of one execution. The sandbox is not trusted: its events must name
 * nodes of the definition and keep the order of a step's life, or they would corrupt the stored log.
 */
export const createStepLedger = ({
  definition,
  finishedSteps,
}: {
  definition: WorkflowDefinition;
  finishedSteps: readonly FinishedStep[];
}): StepLedger => {
  const states = new Map<string, StepState>(definition.nodes.map((node) => [node.id, 'pending']));
  const attempts = new Map<string, number>();
  for (const step of finishedSteps) states.set(step.nodeId, 'finished');
  let started = false;
  let ended = false;

  const running = (): string[] => [...states].flatMap(([nodeId, state]) => (state === 'running' ? [nodeId] : []));

  const move = (event: EngineEvent & { nodeId: string }, from: StepState[], to: StepState): void => {
    const state = states.get(event.nodeId);
    if (state === undefined) throw violation(`${event.type} for a node that is not in the workflow`);
    if (!from.includes(state)) throw violation(`${event.type} for a step that is ${state}`);
    states.set(event.nodeId, to);
  };

  const accept = (event: EngineEvent): boolean => {
    if (ended) throw violation(`${event.type} after the end`);
    if (event.type === 'execution_started') {
      if (started) throw violation('a second start');
      started = true;
      return true;
    }
    if (!started) throw violation(`${event.type} before the start`);
    switch (event.type) {
      case 'step_log':
        return states.get(event.nodeId) === 'running';
      case 'step_started':
        // Also each further attempt of a step that is being retried.
        move(event, ['pending', 'running'], 'running');
        attempts.set(event.nodeId, event.attempt);
        return true;
      case 'step_retrying':
        move(event, ['running'], 'running');
        return true;
      case 'step_completed':
      case 'step_failed':
        move(event, ['running'], 'finished');
        return true;
      case 'step_skipped':
        move(event, ['pending'], 'finished');
        return true;
      case 'step_cancelled':
        move(event, ['pending', 'running'], 'finished');
        return true;
      case 'execution_completed':
        if (running().length > 0) throw violation('a completed execution with running steps');
        ended = true;
        return true;
      case 'execution_failed':
        ended = true;
        return true;
      case 'execution_cancelled':
        // Only the executor cancels, and it does so by killing the sandbox.
        throw violation('a cancel that nobody asked for');
    }
  };

  return {
    accept,
    running,
    isRunning: (nodeId) => states.get(nodeId) === 'running',
    closeRunning: ({ at, failed }) =>
      running().map((nodeId) => {
        states.set(nodeId, 'finished');
        const error = failed?.get(nodeId);
        return error
          ? { type: 'step_failed', at, nodeId, attempt: attempts.get(nodeId) ?? 1, error, continued: false }
          : { type: 'step_cancelled', at, nodeId };
      }),
  };
};

export const violation = (what: string): ExecutionError =>
  new ExecutionError({
    code: 'protocol_violation',
    message: `The sandbox broke the protocol (${what}) and was stopped.`,
    hint: 'Code that tampers with its sandbox ends this way. If no Code node does, report it as a bug.',
  });
