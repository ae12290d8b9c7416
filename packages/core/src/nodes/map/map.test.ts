import { describe, expect, it } from 'vitest';
import { ExecutionError } from '../../engine/execution-errors.ts';
import { Suspended } from '../../host/suspended.ts';
import type { BodyRound } from '../node-type.ts';
import { runNode } from '../testing/run-node.ts';
import { MAX_ITEMS } from './definition.ts';

const failure = new ExecutionError({ code: 'node_failed', message: 'No luck.' });
const double = async ({ item }: BodyRound) => Number(item) * 2;

const map = (previous: unknown, runBody: (round: BodyRound) => Promise<unknown>, config = {}) =>
  runNode('map', { previous, runBody, config });

describe('map', () => {
  it('gives results in the order of the items, whichever is ready first', async () => {
    const release: (() => void)[] = [];
    const runBody = async ({ item, index }: BodyRound) => {
      await new Promise<void>((resolve) => (release[index] = resolve));
      return item;
    };
    const running = map(['a', 'b', 'c'], runBody);
    await expect.poll(() => release.length).toBe(3);
    for (const index of [2, 0, 1]) release[index]?.();
    expect(await running).toMatchObject({ output: ['a', 'b', 'c'], reason: '3 items.' });
  });

  it('tells the body which item it is', async () => {
    const rounds: BodyRound[] = [];
    await map(['x', 'y'], async (round) => rounds.push(round), { maxParallel: 1 });
    expect(rounds).toEqual([
      { index: 0, item: 'x', previous: 'x' },
      { index: 1, item: 'y', previous: 'y' },
    ]);
  });

  it.each([1, 2, 5])('works on at most %i at the same time', async (maxParallel) => {
    let running = 0;
    let most = 0;
    const runBody = async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
    };
    await map([1, 2, 3, 4, 5, 6, 7], runBody, { maxParallel });
    expect(most).toBe(maxParallel);
  });

  it.each([
    [null, []],
    ['', []],
    [[], []],
    [7, [14]],
    ['3', [6]],
    ['[1, 2]', [2, 4]],
  ])('takes %j as a list', async (previous, output) => {
    expect((await map(previous, double)).output).toEqual(output);
  });

  it('takes text that only looks like a list as one item, and says so', async () => {
    const { output, logs } = await map('[1, 2', async ({ item }) => item);
    expect(output).toEqual(['[1, 2']);
    expect(logs).toMatchObject([{ level: 'warn', message: expect.stringContaining('only item') }]);
  });

  it('refuses more items than it can go through', async () => {
    const tooMany = map(new Array(MAX_ITEMS + 1).fill(0), double);
    await expect(tooMany).rejects.toMatchObject({
      data: { code: 'node_failed', hint: expect.stringContaining('part') },
    });
  });
});

describe('an item that fails', () => {
  const flaky = async ({ item }: BodyRound) => {
    if (item === 2) throw failure;
    return item;
  };

  it('fails the step', async () => {
    await expect(map([1, 2, 3], flaky)).rejects.toBe(failure);
  });

  it('is left out, or leaves null, and is told', async () => {
    const skipped = await map([1, 2, 3], flaky, { onItemError: 'skip' });
    expect(skipped).toMatchObject({ output: [1, 3], reason: '3 items, of which 1 failed.' });
    expect(skipped.logs).toEqual([{ level: 'warn', message: 'Item 2 failed: No luck.' }]);
    expect((await map([1, 2, 3], flaky, { onItemError: 'null' })).output).toEqual([1, null, 3]);
  });

  it('starts no more items once the step is to end', async () => {
    const controller = new AbortController();
    const started: number[] = [];
    const running = runNode('map', {
      previous: [1, 2, 3],
      config: { onItemError: 'skip', maxParallel: 1 },
      signal: controller.signal,
      runBody: async ({ index }) => {
        started.push(index);
        controller.abort(new Error('stop'));
        throw new Error('stop');
      },
    });
    await expect(running).rejects.toThrow('stop');
    expect(started).toEqual([0]);
  });
});

describe('an item that waits', () => {
  it('lets the others go on, then the step waits until the first may go on', async () => {
    const done: unknown[] = [];
    const later = new Suspended({ kind: 'timer', until: 900 });
    const sooner = new Suspended({ kind: 'timer', until: 500 });
    const person = new Suspended({ kind: 'human' });
    const waits = [later, person, sooner, later];
    const runBody = async ({ item, index }: BodyRound) => {
      if (item === 'wait') throw waits[index];
      done.push(item);
    };
    const running = map(['wait', 'wait', 'wait', 'wait', 'a', 'b'], runBody, { maxParallel: 1, onItemError: 'skip' });
    await expect(running).rejects.toBe(sooner);
    expect(done).toEqual(['a', 'b']);
  });
});
