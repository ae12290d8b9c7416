import { describe, expect, test } from 'vitest';
import { type Caller, createCallQueue } from './call-queue.ts';

type Named = Caller & { name: string };

const caller = (name: string, more: Partial<Caller> = {}): Named => ({
  name,
  workspaceId: 'w',
  workspaceCalls: 100,
  priority: 'interactive',
  ...more,
});

const setUp = ({
  maxUnderWay = 1,
  ageMs = 1_000,
  isHeld,
}: {
  maxUnderWay?: number;
  ageMs?: number;
  isHeld?: (caller: Named) => boolean;
} = {}) => {
  const queue = createCallQueue<Named>({ maxUnderWay, ageMs, ...(isHeld ? { isHeld } : {}) });
  /** Everybody whose turn it is, one after another, each ended before the next. */
  const drain = (now = 0): string[] => {
    const names: string[] = [];
    for (let next = queue.next(now); next; next = queue.next(now)) {
      names.push(next.caller.name);
      queue.end(next.caller);
    }
    return names;
  };
  return { queue, drain };
};

describe('the order', () => {
  test('within a workspace is the order asked', () => {
    const { queue, drain } = setUp();
    for (const name of ['a', 'b', 'c']) queue.add(caller(name), 0);
    expect(drain()).toEqual(['a', 'b', 'c']);
  });

  test('interactive goes before batch, of whatever workspace', () => {
    const { queue, drain } = setUp();
    queue.add(caller('batch', { priority: 'batch' }), 0);
    queue.add(caller('other batch', { priority: 'batch', workspaceId: 'v' }), 0);
    queue.add(caller('interactive'), 5);
    expect(drain(5)).toEqual(['interactive', 'other batch', 'batch']);
  });

  test('a batch call that has waited long enough counts as interactive', () => {
    const { queue, drain } = setUp({ ageMs: 1_000 });
    queue.add(caller('old batch', { priority: 'batch' }), 0);
    queue.add(caller('new batch', { priority: 'batch' }), 900);
    queue.add(caller('interactive'), 500);
    expect(drain(1_000)).toEqual(['old batch', 'interactive', 'new batch']);
  });

  test('the workspace with the fewest calls under way is next', () => {
    const { queue } = setUp({ maxUnderWay: 3 });
    for (let index = 0; index < 100; index += 1) queue.add(caller(`big ${index}`), 0);
    expect(queue.next(0)?.caller.name).toBe('big 0');
    expect(queue.next(0)?.caller.name).toBe('big 1');
    queue.add(caller('single', { workspaceId: 'v' }), 1);
    expect(queue.next(1)?.caller.name).toBe('single');
  });

  test('of workspaces with as many under way the one that was served least recently', () => {
    const { queue, drain } = setUp();
    for (const workspaceId of ['a', 'b', 'c']) {
      for (const number of [1, 2]) queue.add(caller(`${workspaceId}${number}`, { workspaceId }), 0);
    }
    expect(drain()).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'c2']);
  });
});

describe('limits', () => {
  test('of the workspace hold back its own calls only', () => {
    const { queue } = setUp({ maxUnderWay: 10 });
    queue.add(caller('a1', { workspaceCalls: 1 }), 0);
    const waiting = queue.add(caller('a2', { workspaceCalls: 1 }), 0);
    queue.add(caller('b', { workspaceId: 'v' }), 0);
    expect([queue.next(0), queue.next(0), queue.next(0)].map((next) => next?.caller.name)).toEqual([
      'a1',
      'b',
      undefined,
    ]);
    expect(queue.blockOf(waiting.caller)).toBe('workspace_calls');
  });

  test('of a source hold back only what needs it', () => {
    const source = { id: 'key', calls: 1 };
    const { queue } = setUp({ maxUnderWay: 10 });
    queue.add(caller('key 1', { source }), 0);
    const waiting = queue.add(caller('key 2', { source }), 0);
    queue.add(caller('plain'), 0);
    const first = queue.next(0);
    expect(first?.caller.name).toBe('key 1');
    expect(queue.next(0)?.caller.name).toBe('plain');
    expect(queue.next(0)).toBeUndefined();
    expect(queue.blockOf(waiting.caller)).toBe('source_calls');
    if (first) queue.end(first.caller);
    expect(queue.next(0)?.caller.name).toBe('key 2');
  });

  test('whoever is held back by something else is passed over', () => {
    const held = new Set(['a']);
    const { queue, drain } = setUp({ isHeld: ({ workspaceId }) => held.has(workspaceId) });
    queue.add(caller('a', { workspaceId: 'a' }), 0);
    queue.add(caller('b', { workspaceId: 'b' }), 0);
    expect(drain()).toEqual(['b']);
    held.clear();
    expect(drain()).toEqual(['a']);
  });
});

test('who gives up leaves the place to the next', () => {
  const { queue, drain } = setUp();
  const gone = queue.add(caller('gone'), 0);
  queue.add(caller('next'), 0);
  expect(queue.remove(gone)).toBe(true);
  expect(queue.remove(gone)).toBe(false);
  expect(drain()).toEqual(['next']);
  expect(queue.waiting()).toBe(0);
  expect(queue.underWay()).toBe(0);
});

test('who is under way cannot give up any more', () => {
  const { queue } = setUp();
  const one = queue.add(caller('one'), 0);
  expect(queue.next(0)).toBe(one);
  expect(queue.remove(one)).toBe(false);
});
