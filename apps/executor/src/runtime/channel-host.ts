import { ExecutionError } from '@agentweaver/core/engine/execution-errors';
import type { CallContext, Host } from '@agentweaver/core/host/host';
import { HOST_CALLS, type HostMethod } from '@agentweaver/core/host/host-calls';
import { Suspended } from '@agentweaver/core/host/suspended';
import type { CodeSession } from '@agentweaver/core/nodes/code/code-session';
import type { z } from 'zod';
import { FrameError } from '../channel/frame-codec.ts';
import type { HostFrame } from '../channel/protocol.ts';
import type { FrameWriter } from './frame-writer.ts';
import type { OpenWork } from './open-work.ts';
import { sleep } from './sleep.ts';
import type { StepUsage } from './step-usage.ts';

type Answer = Extract<HostFrame, { type: 'call_result' | 'call_error' | 'call_suspended' | 'call_waiting' }>;
type Pending = {
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
  onWaiting: CallContext['onWaiting'];
};

type Params<Method extends HostMethod> = z.input<(typeof HOST_CALLS)[Method]['params']>;
type Result<Method extends HostMethod> = z.output<(typeof HOST_CALLS)[Method]['result']>;

export type ChannelHost = {
  host: Host;
  /** Takes the executor's answer to a call, or that it waits; one to a call that was given up is ignored. */
  answer(frame: Answer): void;
};

/** Goes on from one execution of this sandbox to the next: a late answer must not meet another call. */
let lastId = 0;

/** The host of one execution inside its sandbox: calls go to the executor, user code runs in a worker here. */
export const createChannelHost = ({
  writer,
  work,
  announceUserCode,
  code,
  usage,
}: {
  writer: FrameWriter;
  work: OpenWork;
  /** Resolves when the executor has been told that user code runs here. */
  announceUserCode: () => Promise<void>;
  /** What user code runs in: one session for the life of the sandbox, which sees no other execution after it. */
  code: CodeSession;
  usage: StepUsage;
}): ChannelHost => {
  const pending = new Map<number, Pending>();

  /** One method of the host: asks the executor, and parses what it answers. */
  const remote =
    <Method extends HostMethod>(method: Method) =>
    (params: Params<Method>, context: CallContext): Promise<Result<Method>> =>
      work.track(ask(method, params, context));

  const ask = async <Method extends HostMethod>(
    method: Method,
    params: Params<Method>,
    context: CallContext,
  ): Promise<Result<Method>> => {
    const { nodeId, iteration, attempt, index, signal, onWaiting } = context;
    signal.throwIfAborted();
    lastId += 1;
    const id = lastId;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    // A signal may be aborted while the frame is being written, before anybody waits for the answer.
    promise.catch(() => undefined);
    pending.set(id, { resolve, reject, onWaiting });
    const giveUp = () => {
      reject(signal.reason);
      writer.send({ type: 'call_cancel', id }).catch(() => undefined);
    };
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      await writer.send({ type: 'call', id, method, nodeId, iteration, attempt, index, params });
      // The schema is this very method's.
      return HOST_CALLS[method].result.parse(await promise) as Result<Method>;
    } catch (error) {
      throw error instanceof FrameError ? requestTooLarge() : error;
    } finally {
      pending.delete(id);
      signal.removeEventListener('abort', giveUp);
    }
  };

  const wait = remote('timer.wait');
  const now = remote('timer.now');
  return {
    host: {
      model: { generate: remote('model.generate') },
      http: { fetch: remote('http.fetch') },
      files: { read: remote('files.read'), write: remote('files.write'), list: remote('files.list') },
      database: { query: remote('database.query') },
      websocket: { exchange: remote('websocket.exchange') },
      mcp: { listTools: remote('mcp.listTools'), callTool: remote('mcp.callTool') },
      human: { ask: remote('human.ask') },
      workflow: { load: remote('workflow.load') },
      timer: {
        wait: async (request, context) => {
          await wait(request, context);
        },
        now: (context) => now({}, context),
      },
      code: {
        run: async (request, context) => {
          await announceUserCode();
          return work.track(code.run(request, context.signal, (micros) => usage.addCpu(context, micros)));
        },
      },
      clock: { now: Date.now, sleep },
    },
    answer: (frame) => {
      const waiting = pending.get(frame.id);
      switch (frame.type) {
        case 'call_waiting':
          return waiting?.onWaiting?.(frame.waiting);
        case 'call_result':
          return waiting?.resolve(frame.value);
        case 'call_suspended':
          return waiting?.reject(new Suspended(frame));
        case 'call_error':
          return waiting?.reject(new ExecutionError(frame.error, { retryAfterMs: frame.retryAfterMs }));
      }
    },
  };
};

const requestTooLarge = (): ExecutionError =>
  new ExecutionError({
    code: 'output_too_large',
    message: 'What this step sends is too large.',
    hint: 'Send less at once: cut the text, or split the work over several steps.',
  });
