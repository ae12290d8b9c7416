import { setTimeout as delay } from 'node:timers/promises';
import { stepKey } from '@agentweaver/core/engine/step-key';
import { HOST_CALLS, type HostMethod, type HostParams, type HostResult } from '@agentweaver/core/host/host-calls';
import { type LoadedWorkflow, loadedWorkflowSchema } from '@agentweaver/core/host/ports/workflow';
import { isSuspended, type Suspended } from '@agentweaver/core/host/suspended';
import { isDatabaseTrouble } from '@agentweaver/db/database-trouble';
import type { CallFrame, HostFrame } from '../channel/protocol.ts';
import type { StepRef } from '../execution/step-places.ts';
import { violation } from '../execution/violation.ts';
import { MAX_CALLS, MAX_PENDING_CALLS } from '../tunables.ts';
import { answerOfError, refusedParams, tooManyCalls } from './call-errors.ts';
import type { CallTurns, WaitListener } from './gate/call-gate.ts';
import { CALL_KINDS } from './gate/call-kinds.ts';

/** Which call this is; the same again when an execution is resumed. */
export type HostCall = {
  nodeId: string;
  iteration: string;
  attempt: number;
  /** The step's host calls within the attempt, from 0. */
  index: number;
  /** Aborted when the step gives the call up, and when the sandbox ends. */
  signal: AbortSignal;
  /** Told while the call waits for its turn. */
  listener?: WaitListener;
};

/**
 * What the host does for one execution, by the methods of `HOST_CALLS`. Parameters are parsed already. Services reject
 * with `ExecutionError`, with `Suspended` where the answer will take long, or with the signal's reason.
 */
export type HostServices = {
  [Method in HostMethod]: (params: HostParams<Method>, call: HostCall) => Promise<HostResult<Method>>;
};

export type HostCallMemo = {
  /** What this very call gave when it was made before, without making it; a failure is thrown again. */
  find<Method extends HostMethod>(
    method: Method,
    params: HostParams<Method>,
    call: HostCall,
  ): Promise<{ value: HostResult<Method> } | undefined>;
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
  /** Resolves when no call is under way any more, or after so many ms. Their answers are kept, if not sent. */
  drain(ms: number): Promise<void>;
  /** Aborts every call; resolves when all of them have ended. */
  close(reason: unknown): Promise<void>;
};

export type HostCallOptions = {
  services: HostServices;
  /** Keeps answers, so that a step that is run again gets the same ones. */
  memo: HostCallMemo;
  /** Shared with all other executions of this executor. */
  turns: CallTurns;
  steps: CallingSteps;
  send: (frame: HostFrame) => Promise<void>;
  /** Adds a line to the step's log. */
  log: (step: StepRef, message: string) => void;
  /** Anything thrown that is not an `ExecutionError` is a fault of ours and logged. */
  onInternalError: (error: unknown, frame: CallFrame) => void;
  /** The database was away: the step did nothing wrong, and its execution goes on elsewhere, or later. */
  onDatabaseTrouble?: (error: unknown) => void;
  maxCalls?: number;
};

type Pending = { controller: AbortController; step: string; place: string; done: Promise<void> };

/** Engines number the calls of a step; what was asked is kept, and paid for, under that number. */
const placeOf = ({ nodeId, iteration, attempt, index }: CallFrame): string =>
  `${stepKey(nodeId, iteration)} ${attempt} ${index}`;

/** Answers what one sandbox asks for. */
export const createHostCalls = (options: HostCallOptions): HostCalls => {
  const { steps, send, log, onInternalError, maxCalls = MAX_CALLS } = options;
  const pending = new Map<number, Pending>();
  /** Steps that said that they wait for their turn. */
  const toldToWait = new Set<string>();
  let made = 0;

  const listenerOf = (frame: CallFrame): WaitListener => ({
    onWaiting: (waiting) => {
      // Of a call that is over nobody wants to know.
      if (pending.has(frame.id)) send({ type: 'call_waiting', id: frame.id, waiting }).catch(() => undefined);
    },
    onLongWait: (why) => {
      const step = stepKey(frame.nodeId, frame.iteration);
      if (toldToWait.has(step)) return;
      toldToWait.add(step);
      log(frame, `Waits for its turn: ${why}.`);
    },
  });

  const answer = async (frame: CallFrame, signal: AbortSignal): Promise<void> => {
    const { id } = frame;
    const call = callOf(frame, signal, listenerOf(frame));
    try {
      await makeCall(options, frame, call);
    } catch (error) {
      if (signal.aborted) return;
      if (options.onDatabaseTrouble && isDatabaseTrouble(error)) return options.onDatabaseTrouble(error);
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
    drain: async (ms) => {
      const ended = Promise.allSettled([...pending.values()].map(({ done }) => done));
      const enough = new AbortController();
      await Promise.race([ended, delay(ms, undefined, { signal: enough.signal }).catch(() => undefined)]);
      enough.abort();
    },
    close: async (reason) => {
      const calls = [...pending.values()];
      for (const { controller } of calls) controller.abort(reason);
      await Promise.allSettled(calls.map(({ done }) => done));
    },
  };
};

const callOf = (
  { nodeId, iteration, attempt, index }: CallFrame,
  signal: AbortSignal,
  listener: WaitListener,
): HostCall => ({ nodeId, iteration, attempt, index, signal, listener });

const makeCall = async (
  { services, memo, turns, steps, send }: HostCallOptions,
  { id, method, params: given }: CallFrame,
  call: HostCall,
): Promise<void> => {
  const answerWith = async <Method extends HostMethod>(asked: Method): Promise<void> => {
    const parsed = HOST_CALLS[asked].params.safeParse(given);
    if (!parsed.success) throw refusedParams();
    // The schema of this very method has just parsed it.
    const params = parsed.data as HostParams<Method>;
    const give = async (value: HostResult<Method>): Promise<void> => {
      if (asked === 'workflow.load') steps.loaded(call, loadedWorkflowSchema.parse(value));
      await send({ type: 'call_result', id, value });
    };
    // What is known needs no turn, and what waits for its turn is not noted as begun.
    const known = await memo.find(asked, params, call);
    if (known) return give(known.value);
    const make = async () => give(await memo.answer(asked, params, call, () => services[asked](params, call)));
    const kind = CALL_KINDS[asked];
    if (kind === 'by_service' || kind === 'none') return make();
    // The answer is sent within the turn, so that a sandbox that does not read has no more calls made for it.
    const { signal, listener } = call;
    return turns.run({ kind, signal, listener }, make);
  };
  return answerWith(method);
};

const suspendedAnswer = (id: number, { kind, until }: Suspended): HostFrame => ({
  type: 'call_suspended',
  id,
  kind,
  ...(until === undefined ? {} : { until }),
});
