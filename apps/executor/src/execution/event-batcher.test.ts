import type { EngineEvent } from '@agentweaver/core/engine/events';
import { expect, test } from 'vitest';
import { createEventBatcher } from './event-batcher.ts';

const event = (index: number, size = 0): EngineEvent => ({
  type: 'step_log',
  at: index,
  nodeId: 'a',
  iteration: '',
  level: 'info',
  message: 'x'.repeat(size),
});

test('writes in order, in batches, one at a time', async () => {
  const batches: number[][] = [];
  let active = 0;
  const batcher = createEventBatcher({
    maxEvents: 3,
    onFailure: () => undefined,
    write: async (events) => {
      expect(++active).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      batches.push(events.map(({ at }) => at));
      active -= 1;
    },
  });
  for (let index = 0; index < 8; index += 1) await batcher.add(event(index));
  // What is left is for the write of the end.
  const last = await batcher.takeLast();
  expect(last.length).toBeLessThanOrEqual(3);
  expect([...batches.flat(), ...last.map(({ at }) => at)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(batches.every((batch) => batch.length <= 3)).toBe(true);
});

test('writes a lone event after the wait', async () => {
  const written = Promise.withResolvers<EngineEvent[]>();
  const batcher = createEventBatcher({
    delayMs: 5,
    onFailure: () => undefined,
    write: async (events) => written.resolve(events),
  });
  await batcher.add(event(1));
  expect(await written.promise).toEqual([event(1)]);
});

test('holds its caller back while too much waits', async () => {
  const gate = Promise.withResolvers<void>();
  const batcher = createEventBatcher({
    maxBytes: 500,
    backlogBytes: 2_000,
    onFailure: () => undefined,
    write: () => gate.promise,
  });
  let added = 0;
  const adding = (async () => {
    for (let index = 0; index < 20; index += 1) {
      await batcher.add(event(index, 400));
      added += 1;
    }
  })();
  await new Promise((resolve) => setImmediate(resolve));
  expect(added).toBeLessThan(8);
  gate.resolve();
  await adding;
  await batcher.takeLast();
  expect(added).toBe(20);
});

test('writes nothing after a failure, and tells it', async () => {
  const batches: EngineEvent[][] = [];
  const failures: unknown[] = [];
  const batcher = createEventBatcher({
    maxEvents: 1,
    onFailure: (error) => failures.push(error),
    write: async (events) => {
      batches.push(events);
      throw new Error('gone');
    },
  });
  await batcher.add(event(1));
  await batcher.add(event(2));
  await expect(batcher.takeLast()).rejects.toThrow('gone');
  await batcher.add(event(3));
  expect(batches).toHaveLength(1);
  expect(failures).toHaveLength(1);
});

test('goes on when the wait is over and another write has taken everything', async () => {
  const gate = Promise.withResolvers<void>();
  const written: number[] = [];
  const batcher = createEventBatcher({
    maxEvents: 2,
    delayMs: 20,
    onFailure: () => undefined,
    write: async (events) => {
      await gate.promise;
      written.push(...events.map(({ at }) => at));
    },
  });
  await batcher.add(event(1));
  await batcher.add(event(2));
  // Starts a wait of its own, but the write that is under way takes it along.
  await batcher.add(event(3));
  gate.resolve();
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(written).toEqual([1, 2, 3]);
  await batcher.add(event(4));
  await expect.poll(() => written).toEqual([1, 2, 3, 4]);
  expect(await batcher.takeLast()).toEqual([]);
});
