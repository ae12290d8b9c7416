import { ExecutionError } from '@agentweaver/core/engine/execution-errors';
import { toExecutionErrorData } from '@agentweaver/core/errors/to-execution-error';
import { type HttpRequest, type HttpResponse, httpRequestSchema } from '@agentweaver/core/host/host';
import { type ModelRequest, type ModelResponse, modelRequestSchema } from '@agentweaver/core/models/model-call';
import { FrameError } from '../channel/frame-codec.ts';
import type { CallFrame, HostFrame, HostMethod } from '../channel/protocol.ts';
import { violation } from '../execution/step-ledger.ts';
import { CALL_CONCURRENCY, MAX_PENDING_CALLS } from '../tunables.ts';
import { createSemaphore } from './semaphore.ts';

/** Which call this is; the same again when an execution is resumed. */
export type HostCall = { nodeId: string; attempt: number; index: number; signal: AbortSignal };

export type HostServices = {
  generate(request: ModelRequest, call: HostCall): Promise<ModelResponse>;
  fetch(request: HttpRequest, call: HostCall): Promise<HttpResponse>;
};

export type HostCalls = {
  /** Starts the call and sends its answer; throws `protocol_violation` for a call that no engine would make. */
  handle(frame: CallFrame): void;
  cancel(id: number): void;
  /** Nodes that wait for an answer of the host, and so do nothing in the sandbox. */
  waitingNodes(): Set<string>;
  /** Aborts every call; resolves when all of them have ended. */
  close(reason: unknown): Promise<void>;
};

/** Answers what one sandbox asks for, a bounded number of calls at a time. */
export const createHostCalls = ({
  services,
  isRunning,
  send,
  onInternalError,
  concurrency = CALL_CONCURRENCY,
}: {
  services: HostServices;
  /** Only a running step may ask. */
  isRunning: (nodeId: string) => boolean;
  send: (frame: HostFrame) => Promise<void>;
  /** Anything thrown that is not an `ExecutionError` is a fault of ours and logged. */
  onInternalError: (error: unknown, frame: CallFrame) => void;
  concurrency?: number;
}): HostCalls => {
  const places = createSemaphore(concurrency);
  const pending = new Map<number, { controller: AbortController; nodeId: string; done: Promise<void> }>();

  const methods: Record<HostMethod, (params: unknown, call: HostCall) => Promise<unknown>> = {
    'model.generate': (params, call) => services.generate(parseParams(modelRequestSchema, params), call),
    'http.fetch': (params, call) => services.fetch(parseParams(httpRequestSchema, params), call),
  };

  const answer = async (frame: CallFrame, signal: AbortSignal): Promise<void> => {
    const { id, nodeId, attempt, index } = frame;
    try {
      // The answer is sent inside the place taken, so that a sandbox that does not read holds up only itself.
      await places.run(async () => {
        const value = await methods[frame.method](frame.params, { nodeId, attempt, index, signal });
        await send({ type: 'call_result', id, value });
      }, signal);
    } catch (error) {
      if (signal.aborted) return;
      await send({ type: 'call_error', id, ...errorAnswer(error, frame, onInternalError) });
    }
  };

  return {
    handle: (frame) => {
      if (pending.has(frame.id)) throw violation('two calls with one id');
      if (pending.size >= MAX_PENDING_CALLS) throw violation('too many calls at once');
      if (!isRunning(frame.nodeId)) throw violation('a call of a step that does not run');
      const controller = new AbortController();
      const done = answer(frame, controller.signal).finally(() => pending.delete(frame.id));
      pending.set(frame.id, { controller, nodeId: frame.nodeId, done });
    },
    cancel: (id) => pending.get(id)?.controller.abort(new Error('The step gave the call up.')),
    waitingNodes: () => new Set([...pending.values()].map(({ nodeId }) => nodeId)),
    close: async (reason) => {
      const calls = [...pending.values()];
      for (const { controller } of calls) controller.abort(reason);
      await Promise.allSettled(calls.map(({ done }) => done));
    },
  };
};

const parseParams = <T>(
  schema: { safeParse(value: unknown): { success: true; data: T } | { success: false } },
  params: unknown,
): T => {
  const parsed = schema.safeParse(params);
  if (parsed.success) return parsed.data;
  throw new ExecutionError({
    code: 'protocol_violation',
    message: 'The step asked the host for something it does not offer.',
  });
};

const errorAnswer = (
  error: unknown,
  frame: CallFrame,
  onInternalError: (error: unknown, frame: CallFrame) => void,
): Pick<Extract<HostFrame, { type: 'call_error' }>, 'error' | 'retryAfterMs'> => {
  if (error instanceof ExecutionError) {
    return { error: toExecutionErrorData(error, frame.nodeId), retryAfterMs: error.retryAfterMs };
  }
  if (error instanceof FrameError) {
    return {
      error: {
        code: 'output_too_large',
        message: 'The answer is too large to be handed to the workflow.',
        hint: 'Ask for less: a page, a range or fewer fields.',
        nodeId: frame.nodeId,
      },
    };
  }
  onInternalError(error, frame);
  return {
    error: {
      code: 'internal',
      message: 'The executor could not do what this step asked for.',
      hint: 'Run it again. If it goes on, the operator finds the reason in the log of the executor.',
      nodeId: frame.nodeId,
    },
  };
};
