import { ExecutionError } from '@agentweaver/core/engine/execution-errors';
import type { HttpRequest } from '@agentweaver/core/host/host';
import type { BegunHostCall, HostCallAnswer } from '@agentweaver/db/host-call-store';
import { describe, expect, test } from 'vitest';
import { MAX_KEPT_ANSWER_BYTES } from '../tunables.ts';
import { createHostCallMemo, type HostCallStore } from './host-call-memo.ts';
import type { HostCall } from './host-calls.ts';

const call: HostCall = { nodeId: 'a', iteration: '', attempt: 1, index: 0, signal: new AbortController().signal };
const get: HttpRequest = { method: 'GET', url: 'http://x', headers: {}, timeoutMs: 100 };
const post: HttpRequest = { ...get, method: 'POST', body: '1' };
const response = { status: 200, headers: {}, body: 'ok', encoding: 'utf8' as const, url: 'http://x' };

/** Keeps answers as the database does, and counts how often something is really done. */
const setUp = () => {
  const kept = new Map<string, HostCallAnswer | undefined | 'begun'>();
  const store: HostCallStore = {
    find: async (key) => {
      const known = kept.get(JSON.stringify(key));
      return known === 'begun' ? undefined : known;
    },
    begin: async (key): Promise<BegunHostCall> => {
      const name = JSON.stringify(key);
      const known = kept.get(name);
      if (!kept.has(name)) {
        kept.set(name, 'begun');
        return { kind: 'new' };
      }
      if (known === undefined || known === 'begun') return { kind: 'unknown', ended: known === undefined };
      return { kind: 'answered', answer: known };
    },
    settle: async (key, answer) => void kept.set(JSON.stringify(key), answer),
  };
  let made = 0;
  const memo = createHostCallMemo(store);
  const ask = (params: HttpRequest, make = async () => response, at = call) =>
    memo.answer('http.fetch', params, at, () => {
      made += 1;
      return make();
    });
  return { memo, ask, made: () => made };
};
const fails = (error: unknown) => async (): Promise<never> => {
  throw error;
};

test('an answer is given again, and the call is not made again', async () => {
  const { ask, made } = setUp();
  expect(await ask(post)).toEqual(response);
  expect(await ask(post)).toEqual(response);
  expect(made()).toBe(1);
});

test('an answer is found without making the call, but not on a first claim', async () => {
  const { memo, ask, made } = setUp();
  expect(await memo.find('http.fetch', post, call)).toBeUndefined();
  await ask(post);
  expect(await memo.find('http.fetch', post, call)).toEqual({ value: response });
  expect(made()).toBe(1);
  const first = createHostCallMemo(
    {
      find: async () => ({ value: response }),
      begin: async () => ({ kind: 'new' }),
      settle: async () => undefined,
    },
    { isFirstClaim: true },
  );
  expect(await first.find('http.fetch', post, call)).toBeUndefined();
});

test('another request, another attempt and another round are calls of their own', async () => {
  const { ask, made } = setUp();
  await ask(post);
  await ask({ ...post, body: '2' });
  await ask(post, undefined, { ...call, attempt: 2 });
  await ask(post, undefined, { ...call, iteration: 'each[1]' });
  await ask(post, undefined, { ...call, index: 1 });
  expect(made()).toBe(5);
});

test('a failure is an answer as well', async () => {
  const { ask, made } = setUp();
  const refused = fails(new ExecutionError({ code: 'http_failed', message: 'no' }, { retryAfterMs: 7 }));
  await expect(ask(post, refused)).rejects.toMatchObject({ data: { code: 'http_failed' } });
  await expect(ask(post)).rejects.toMatchObject({ data: { code: 'http_failed' }, retryAfterMs: 7 });
  expect(made()).toBe(1);
});

describe('a call that nobody knows the end of', () => {
  test('is made again when that does no harm', async () => {
    const { ask, made } = setUp();
    await expect(ask(get, fails(new Error('killed')))).rejects.toThrow('killed');
    expect(await ask(get)).toEqual(response);
    expect(made()).toBe(2);
  });

  test('is not made again otherwise, and the step says what to do', async () => {
    const { ask, made } = setUp();
    await expect(ask(post, fails(new Error('killed')))).rejects.toThrow('killed');
    await expect(ask(post)).rejects.toMatchObject({
      data: { code: 'not_repeatable', hint: expect.stringContaining('Look whether it took effect') },
    });
    expect(made()).toBe(1);
  });
});

test('a long answer is not kept', async () => {
  const { ask, made } = setUp();
  const long = async () => ({ ...response, body: 'x'.repeat(MAX_KEPT_ANSWER_BYTES) });
  await ask(get, long);
  await ask(get, long);
  expect(made()).toBe(2);
  await ask(post, long);
  await expect(ask(post)).rejects.toMatchObject({ data: { code: 'not_repeatable' } });
});

test('answers are kept up to a size in all', async () => {
  const kept: (HostCallAnswer | undefined)[] = [];
  const store: HostCallStore = {
    find: async () => undefined,
    begin: async () => ({ kind: 'new' }),
    settle: async (_key, answer) => void kept.push(answer),
  };
  const size = JSON.stringify(response).length;
  const memo = createHostCallMemo(store, { maxBytes: 2 * size });
  for (let index = 0; index < 3; index += 1) {
    await memo.answer('http.fetch', get, { ...call, index }, async () => response);
  }
  expect(kept).toEqual([{ value: response }, { value: response }, undefined]);
});

test('what a call gave before is found without making it, and no call is begun by looking', async () => {
  const { memo, ask } = setUp();
  expect(await memo.find('http.fetch', post, call)).toBeUndefined();
  await ask(post);
  expect(await memo.find('http.fetch', post, call)).toEqual({ value: response });
  const failed = { ...call, index: 1 };
  await ask(post, fails(new ExecutionError({ code: 'http_failed', message: 'no' })), failed).catch(() => undefined);
  await expect(memo.find('http.fetch', post, failed)).rejects.toMatchObject({ data: { code: 'http_failed' } });
});

test('without the claim nothing is done', async () => {
  const memo = createHostCallMemo({
    find: async () => undefined,
    begin: async () => ({ kind: 'lost' }),
    settle: async () => undefined,
  });
  const made = memo.answer('http.fetch', get, call, fails(new Error('must not be made')));
  await expect(made).rejects.toMatchObject({ data: { code: 'worker_lost' } });
});

test('models and waits keep their own answers', async () => {
  const { memo } = setUp();
  const wait = () => memo.answer('timer.wait', { ms: 1 }, call, async () => null);
  await wait();
  expect(await wait()).toBeNull();
});
