import { ExecutionError } from '@agentweaver/core/engine/execution-errors';
import { type CallContext, type Host, httpResponseSchema } from '@agentweaver/core/host/host';
import { modelResponseSchema } from '@agentweaver/core/models/model-call';
import { runJavaScript } from '@agentweaver/core/nodes/code/run-javascript';
import type { z } from 'zod';
import { FrameError } from '../channel/frame-codec.ts';
import type { HostFrame, HostMethod } from '../channel/protocol.ts';
import type { FrameWriter } from './frame-writer.ts';

type Answer = Extract<HostFrame, { type: 'call_result' | 'call_error' }>;
type Pending = { resolve: (value: unknown) => void; reject: (error: unknown) => void };

export type ChannelHost = {
  host: Host;
  /** Takes the executor's answer to a call; one to a call that was given up is ignored. */
  answer(frame: Answer): void;
};

/** The engine's host inside a sandbox: calls go to the executor, user code runs in a worker here. */
export const createChannelHost = (writer: FrameWriter): ChannelHost => {
  const pending = new Map<number, Pending>();
  let lastId = 0;

  const call = async <T>(
    method: HostMethod,
    params: unknown,
    schema: z.ZodType<T>,
    context: CallContext,
  ): Promise<T> => {
    const { nodeId, attempt, index, signal } = context;
    signal.throwIfAborted();
    lastId += 1;
    const id = lastId;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    pending.set(id, { resolve, reject });
    const giveUp = () => {
      reject(signal.reason);
      writer.send({ type: 'call_cancel', id }).catch(() => undefined);
    };
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      await writer.send({ type: 'call', id, method, nodeId, attempt, index, params });
      return schema.parse(await promise);
    } catch (error) {
      throw error instanceof FrameError ? requestTooLarge() : error;
    } finally {
      pending.delete(id);
      signal.removeEventListener('abort', giveUp);
    }
  };

  return {
    host: {
      model: { generate: (request, context) => call('model.generate', request, modelResponseSchema, context) },
      http: { fetch: (request, context) => call('http.fetch', request, httpResponseSchema, context) },
      code: { run: (request, context) => runJavaScript(request, context.signal) },
      clock: { now: Date.now, sleep },
    },
    answer: (frame) => {
      const waiting = pending.get(frame.id);
      if (frame.type === 'call_result') waiting?.resolve(frame.value);
      else waiting?.reject(new ExecutionError(frame.error, { retryAfterMs: frame.retryAfterMs }));
    },
  };
};

const requestTooLarge = (): ExecutionError =>
  new ExecutionError({
    code: 'output_too_large',
    message: 'What this step sends is too large.',
    hint: 'Send less at once: cut the text, or split the work over several steps.',
  });

const sleep = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal.addEventListener('abort', stop, { once: true });
  });
