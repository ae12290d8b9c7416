import { ExecutionError } from '@agentweaver/core/engine/execution-errors';
import { HOST_CALLS, type HostMethod, type HostResult } from '@agentweaver/core/host/host-calls';
import type { BegunHostCall, HostCallAnswer, HostCallKey } from '@agentweaver/db/host-call-store';
import { hashJson } from '@agentweaver/db/json';
import { MAX_KEPT_ANSWER_BYTES, MAX_KEPT_BYTES } from '../tunables.ts';
import type { HostCall, HostCallMemo } from './host-calls.ts';
import { isKept, isRepeatable } from './repeatable-calls.ts';

export type MemoKey = Omit<HostCallKey, 'executionId'>;

/** Where calls are noted before they are made, and their answers after. */
export type HostCallStore = {
  /** The answer of a call that was made before; `undefined` when there is none. */
  find(key: MemoKey): Promise<HostCallAnswer | undefined>;
  begin(key: MemoKey, call: { method: HostMethod; repeatable: boolean }): Promise<BegunHostCall>;
  /** `undefined`: it has ended, and its answer is too large to be kept. */
  settle(key: MemoKey, answer: HostCallAnswer | undefined): Promise<void>;
};

/**
 * A step that is run again after an interruption gets the same answers, and nothing is done twice. `isFirstClaim`: nobody
 * has run the execution before, so there is no answer to look for.
 */
export const createHostCallMemo = (
  store: HostCallStore,
  { maxBytes = MAX_KEPT_BYTES, isFirstClaim = false } = {},
): HostCallMemo => {
  let keptBytes = 0;
  const fits = (value: unknown): boolean => {
    const bytes = Buffer.byteLength(JSON.stringify(value) ?? '');
    if (bytes > MAX_KEPT_ANSWER_BYTES || keptBytes + bytes > maxBytes) return false;
    keptBytes += bytes;
    return true;
  };
  const keyOf = (method: HostMethod, params: unknown, call: HostCall): MemoKey => {
    const { nodeId, iteration, attempt, index: callIndex } = call;
    return { nodeId, iteration, attempt, callIndex, requestHash: hashJson([method, params]) };
  };
  return {
    find: async (method, params, call) => {
      if (isFirstClaim || !isKept(method)) return undefined;
      const answer = await store.find(keyOf(method, params, call));
      return answer && { value: giveAgain(method, answer) };
    },
    answer: async (method, params, call, make) => {
      if (!isKept(method)) return make();
      const key = keyOf(method, params, call);
      const repeatable = isRepeatable(method, params);
      const begun = await store.begin(key, { method, repeatable });
      switch (begun.kind) {
        case 'answered':
          return giveAgain(method, begun.answer);
        case 'lost':
          throw takenOver();
        case 'unknown':
          if (!repeatable) throw notRepeatable(method, begun.ended);
          return make();
        case 'new':
          return makeAndKeep({ store, fits }, key, make);
      }
    },
  };
};

const makeAndKeep = async <Result>(
  { store, fits }: { store: HostCallStore; fits: (value: unknown) => boolean },
  key: MemoKey,
  make: () => Promise<Result>,
): Promise<Result> => {
  let value: Result;
  try {
    value = await make();
  } catch (error) {
    // What is no answer, a call that was given up or a fault of ours, leaves it open what became of it.
    if (error instanceof ExecutionError) {
      await store.settle(key, { error: error.data, retryAfterMs: error.retryAfterMs });
    }
    throw error;
  }
  await store.settle(key, fits(value) ? { value } : undefined);
  return value;
};

const giveAgain = <Method extends HostMethod>(method: Method, answer: HostCallAnswer): HostResult<Method> => {
  if ('error' in answer) throw new ExecutionError(answer.error, { retryAfterMs: answer.retryAfterMs });
  // As the service gave it; the sandbox parses it again.
  HOST_CALLS[method].result.parse(answer.value);
  return answer.value as HostResult<Method>;
};

const takenOver = (): ExecutionError =>
  new ExecutionError({ code: 'worker_lost', message: 'Another executor has taken this execution over.' });

const notRepeatable = (method: HostMethod, ended: boolean): ExecutionError =>
  new ExecutionError({
    code: 'not_repeatable',
    message: ended
      ? `This step was interrupted after a call (${method}) whose answer was too large to be kept, and which must not be made twice.`
      : `This step was interrupted in the middle of a call (${method}) that must not be made twice, and nobody knows whether it took effect.`,
    hint: 'Look whether it took effect. Then run again from this step, or give its output and run what comes after it.',
  });
