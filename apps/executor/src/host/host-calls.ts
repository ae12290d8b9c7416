import { stepKey } from '@agentweaver/core/engine/step-key';
import { HOST_CALLS, type HostMethod, type HostParams, type HostResult } from '@agentweaver/core/host/host-calls';
import { type LoadedWorkflow, loadedWorkflowSchema } from '@agentweaver/core/host/ports/workflow';
import { isSuspended, type Suspended } from '@agentweaver/core/host/suspended';
import type { CallFrame, HostFrame } from '../channel/protocol.ts';
import type { StepRef } from '../execution/step-places.ts';
import { violation } from '../execution/violation.ts';
import { CALL_CONCURRENCY, MAX_CALLS, MAX_PENDING_CALLS } from '../tunables.ts';
import { answerOfError, refusedParams, tooManyCalls } from './call-errors.ts';
import { createSemaphore } from './semaphore.ts';

/** Which call this is; the same again when an execution is resumed. */
export type HostCall = {
  nodeId: string;
  iteration: string;
  attempt: number;
  /** The step's host calls within the attempt, from 0. */
  index: number;
  /** Aborted when the step gives the call up, and when the sandbox ends. */
  signal: AbortSignal;
};

/**
 * What the host does for one execution, by the methods of `HOST_CALLS`. Parameters are parsed already. Services reject
 * with `ExecutionError`, with `Suspended` where the answer will take long, or with the signal's reason.
 */
export type HostServices = {
  [Method in HostMethod]: (params: HostParams<Method>, call: HostCall) => Promise<HostResult<Method>>;
};

export type HostCallMemo = {
  /** The answer of this very call when it was made before, else what `make` gives. Failures are answers as well. */
  answer<Method extends HostMethod>(
    method: Method,
    params: HostParams<Method>,
    call: HostCall,
    make: () => Promise<HostResult<Method>>,
  ): Promise<HostResult<Method>>;
};

/** What the keeper of the steps' states is asked and told. */
export type CallingSteps = {
  /** Only a running step may ask. */
  isRunning(step: StepRef): boolean;
  /** The answer to a call of this step will take long. */
  suspended(step: StepRef): void;
  /** Told of each workflow before the step sees it: its nodes may run from now on. */
  loaded(step: StepRef, workflow: LoadedWorkflow): void;
};

export type HostCalls = {
  /**
   * Starts the call and sends its answer; throws `protocol_violation` for a call that no engine would make, and
   * `step_limit` when there were too many.
   */
  handle(frame: CallFrame): void;
  cancel(id: number): void;
  /** Steps, by `stepKey`, that wait for an answer of the host, and so do nothing in the sandbox. */
  waitingSteps(): Set<string>;
  /** Aborts every call; resolves when all of them have ended. */
  close(reason: unknown): Promise<void>;
};

export type HostCallOptions = {
  services: HostServices;
  /** Keeps answers, so that a step that is run again gets the same ones. */
  memo: HostCallMemo;
  steps: CallingSteps;
  send: (frame: HostFrame) => Promise<void>;
  /** Anything thrown that is not an `ExecutionError` is a fault of ours and logged. */
  onInternalError: (error: unknown, frame: CallFrame) => void;
  concurrency?: number;
  maxCalls?: number;
};

type Pending = { controller: AbortController; step: string; place: string; done: Promise<void> };

/** Engines number the calls of a step; what was asked is kept, and paid for, under that number. */
const placeOf = ({ nodeId, iteration, attempt, index }: CallFrame): string =>
  `${stepKey(nodeId, iteration)} ${attempt} ${index}`;

/** Answers what one sandbox asks for, a bounded number of calls at a time. */
export const createHostCalls = (options: HostCallOptions): HostCalls => {
  const { steps, send, onInternalError, concurrency = CALL_CONCURRENCY, maxCalls = MAX_CALLS } = options;
  const places = createSemaphore(concurrency);
  const pending = new Map<number, Pending>();
  let made = 0;

  const answer = async (frame: CallFrame, signal: AbortSignal): Promise<void> => {
    const { id } = frame;
    const call = callOf(frame, signal);
    try {
      // The answer is sent inside the place taken, so that a sandbox that does not read holds up only itself.
      await places.run(async () => {
        const value = await makeCall(options, frame.method, frame.params, call);
        await send({ type: 'call_result', id, value });
      }, signal);
    } catch (error) {
      if (signal.aborted) return;
      if (isSuspended(error)) {
        steps.suspended(call);
        await send(suspendedAnswer(id, error));
      } else {
        await send({ type: 'call_error', id, ...answerOfError(error, frame, onInternalError) });
      }
    }
  };

  return {
    handle: (frame) => {
      if (pending.has(frame.id)) throw violation('two calls with one id');
      if (pending.size >= MAX_PENDING_CALLS) throw violation('too many calls at once');
      const place = placeOf(frame);
      // Two at once would both be made, and the second one's cost be counted by nobody.
      if ([...pending.values()].some((call) => call.place === place)) throw violation('two calls with one number');
      if (!steps.isRunning(frame)) throw violation('a call of a step that does not run');
      made += 1;
      if (made > maxCalls) throw tooManyCalls(maxCalls);
      const controller = new AbortController();
      const done = answer(frame, controller.signal).finally(() => pending.delete(frame.id));
      pending.set(frame.id, { controller, step: stepKey(frame.nodeId, frame.iteration), place, done });
    },
    cancel: (id) => pending.get(id)?.controller.abort(new Error('The step gave the call up.')),
    waitingSteps: () => new Set([...pending.values()].map(({ step }) => step)),
    close: async (reason) => {
      const calls = [...pending.values()];
      for (const { controller } of calls) controller.abort(reason);
      await Promise.allSettled(calls.map(({ done }) => done));
    },
  };
};

const callOf = ({ nodeId, iteration, attempt, index }: CallFrame, signal: AbortSignal): HostCall => ({
  nodeId,
  iteration,
  attempt,
  index,
  signal,
});

const makeCall = async <Method extends HostMethod>(
  { services, memo, steps }: HostCallOptions,
  method: Method,
  given: unknown,
  call: HostCall,
): Promise<HostResult<Method>> => {
  const parsed = HOST_CALLS[method].params.safeParse(given);
  if (!parsed.success) throw refusedParams();
  // The schema of this very method has just parsed it.
  const params = parsed.data as HostParams<Method>;
  const value = await memo.answer(method, params, call, () => services[method](params, call));
  if (method === 'workflow.load') steps.loaded(call, loadedWorkflowSchema.parse(value));
  return value;
};

const suspendedAnswer = (id: number, { kind, until }: Suspended): HostFrame => ({
  type: 'call_suspended',
  id,
  kind,
  ...(until === undefined ? {} : { until }),
});
