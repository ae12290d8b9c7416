import { ExecutionError } from '@agentweaver/core/engine/execution-errors';
import { Suspended } from '@agentweaver/core/host/suspended';
import { describe, expect, test } from 'vitest';
import { FrameError } from '../channel/frame-codec.ts';
import type { CallFrame, HostFrame } from '../channel/protocol.ts';
import { createHostCalls, type HostCallMemo, type HostServices } from './host-calls.ts';
import { createTestTurns } from './testing/open-gate.ts';
import { createSilentServices } from './testing/silent-services.ts';

const call = (id: number, params: unknown = { method: 'GET', url: 'http://x', timeoutMs: 100 }): CallFrame => ({
  type: 'call',
  id,
  method: 'http.fetch',
  nodeId: 'a',
  iteration: 'each[1]',
  attempt: 1,
  index: id,
  params,
});

const noMemo: HostCallMemo = { find: async () => undefined, answer: (_method, _params, _call, make) => make() };

const setUp = (fetch: HostServices['http.fetch'], { concurrency = 2, maxCalls = 1_000 } = {}) => {
  const sent: HostFrame[] = [];
  const internal: unknown[] = [];
  const logged: string[] = [];
  const suspended: string[] = [];
  const calls = createHostCalls({
    services: { ...createSilentServices(), 'http.fetch': fetch },
    memo: noMemo,
    turns: createTestTurns(concurrency, { longWaitMs: 20 }),
    log: ({ nodeId }, message) => logged.push(`${nodeId}: ${message}`),
    steps: {
      isRunning: ({ nodeId, iteration }) => nodeId === 'a' && iteration === 'each[1]',
      suspended: ({ nodeId, iteration }) => suspended.push(`${iteration}/${nodeId}`),
      loaded: () => undefined,
    },
    send: async (frame) => {
      sent.push(frame);
    },
    onInternalError: (error) => internal.push(error),
    onDatabaseTrouble: (error) => internal.push(error),
    maxCalls,
  });
  return { calls, sent, internal, suspended, logged };
};

const settled = async (calls: ReturnType<typeof createHostCalls>): Promise<void> => {
  while (calls.waitingSteps().size > 0) await new Promise((resolve) => setImmediate(resolve));
};

const response = { status: 200, headers: {}, body: 'ok', encoding: 'utf8' as const, url: 'http://x' };

describe('answers', () => {
  test('carry the value', async () => {
    const { calls, sent } = setUp(async () => response);
    calls.handle(call(1));
    expect([...calls.waitingSteps()]).toEqual(['each[1]/a']);
    await settled(calls);
    expect(sent).toEqual([{ type: 'call_result', id: 1, value: response }]);
  });

  test('are not given twice at once: what the second one costs would be counted by nobody', async () => {
    const { calls } = setUp(async () => response);
    calls.handle(call(1));
    expect(() => calls.handle({ ...call(2), index: 1 })).toThrow(/two calls/);
    await settled(calls);
    calls.handle({ ...call(3), index: 1 });
    await settled(calls);
  });

  test('carry a failure with its node and its wait', async () => {
    const { calls, sent, internal } = setUp(async () => {
      throw new ExecutionError({ code: 'http_failed', message: 'no' }, { retryAfterMs: 70 });
    });
    calls.handle(call(1));
    await settled(calls);
    expect(sent).toEqual([
      { type: 'call_error', id: 1, error: { code: 'http_failed', message: 'no', nodeId: 'a' }, retryAfterMs: 70 },
    ]);
    expect(internal).toEqual([]);
  });

  test('hide what went wrong inside, and log it', async () => {
    const { calls, sent, internal } = setUp(async () => {
      throw new Error('password=hunter2');
    });
    calls.handle(call(1));
    await settled(calls);
    expect(sent).toMatchObject([{ type: 'call_error', error: { code: 'internal' } }]);
    expect(JSON.stringify(sent)).not.toContain('hunter2');
    expect(internal).toHaveLength(1);
  });

  test('say when they would be too large', async () => {
    const { calls, sent } = setUp(async () => {
      throw new FrameError('too long');
    });
    calls.handle(call(1));
    await settled(calls);
    expect(sent).toMatchObject([{ error: { code: 'output_too_large' } }]);
  });

  test('say that they take long, to the step and to who keeps its state', async () => {
    const { calls, sent, suspended } = setUp(async () => {
      throw new Suspended({ kind: 'human', until: 5 });
    });
    calls.handle(call(1));
    await settled(calls);
    expect(sent).toEqual([{ type: 'call_suspended', id: 1, kind: 'human', until: 5 }]);
    expect(suspended).toEqual(['each[1]/a']);
  });

  test('refuse parameters that are none', async () => {
    const { calls, sent } = setUp(async () => response);
    calls.handle(call(1, { method: 'BREW' }));
    await settled(calls);
    expect(sent).toMatchObject([{ error: { code: 'protocol_violation' } }]);
  });
});

describe('limits', () => {
  test('so many calls run at a time', async () => {
    let active = 0;
    let most = 0;
    const { calls } = setUp(async () => {
      most = Math.max(most, ++active);
      await new Promise((resolve) => setImmediate(resolve));
      active -= 1;
      return response;
    });
    for (let id = 1; id <= 7; id += 1) calls.handle(call(id));
    await settled(calls);
    expect(most).toBe(2);
  });

  test('a step whose calls wait long for their turn says so once, and its clock stands still', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { calls, sent, logged } = setUp(() => promise.then(() => response), { concurrency: 1 });
    for (const id of [1, 2, 3]) calls.handle(call(id));
    await new Promise((wait) => setTimeout(wait, 150));
    expect(logged).toEqual(['a: Waits for its turn: workspace limit of 1 calls at once.']);
    resolve();
    await settled(calls);
    expect(sent.filter(({ type }) => type === 'call_waiting')).toEqual([
      { type: 'call_waiting', id: 2, waiting: true },
      { type: 'call_waiting', id: 3, waiting: true },
      { type: 'call_waiting', id: 2, waiting: false },
      { type: 'call_waiting', id: 3, waiting: false },
    ]);
  });

  test('so many calls are made in all', async () => {
    const { calls } = setUp(async () => response, { maxCalls: 2 });
    for (const id of [1, 2]) {
      calls.handle(call(id));
      await settled(calls);
    }
    expect(() => calls.handle(call(3))).toThrow(/outside 2 times/);
  });

  test('a step that does not run, a repeated id and a flood are violations', () => {
    const { calls } = setUp(() => new Promise(() => undefined));
    calls.handle(call(1));
    expect(() => calls.handle(call(1))).toThrow(/one id/);
    expect(() => calls.handle({ ...call(2), nodeId: 'b' })).toThrow(/does not run/);
    expect(() => calls.handle({ ...call(2), iteration: '' })).toThrow(/does not run/);
    expect(() => {
      for (let id = 2; id < 2_000; id += 1) calls.handle(call(id));
    }).toThrow(/too many/);
  });
});

test('a call that was given up is aborted and not answered', async () => {
  const { calls, sent } = setUp(
    (_request, { signal }) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  );
  calls.handle(call(1));
  calls.handle(call(2));
  calls.handle(call(3));
  calls.cancel(1);
  calls.cancel(3);
  await new Promise((resolve) => setImmediate(resolve));
  expect(calls.waitingSteps().size).toBe(1);
  await calls.close(new Error('end'));
  expect(sent).toEqual([]);
});
