import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type PoolEntry, type PoolLimits, type PoolSituation, planPool, poolLimits } from './pool-policy.ts';

const MB = 1_024;
const limits: PoolLimits = {
  base: 2,
  max: 12,
  parallelBoots: 4,
  defaultMemoryMb: MB,
  idleMs: 60_000,
  maxAgeMs: 3_600_000,
};
const NOW = 10_000_000;
const quiet: PoolSituation = {
  now: NOW,
  entries: [],
  booting: [],
  waiting: [],
  sizes: new Map(),
  queueDepth: 0,
  freePlaces: 10,
  bootMs: 250,
  leaseMs: 20,
  keptShare: 1,
  freshShare: 0.1,
};
const entry = (id: string, given: Partial<PoolEntry> = {}): PoolEntry => ({
  id,
  state: 'fresh',
  memoryMb: MB,
  bornAt: NOW - 1_000,
  since: NOW - 1_000,
  ...given,
});
const fresh = (count: number, given: Partial<PoolEntry> = {}) =>
  Array.from({ length: count }, (_, index) => entry(`fresh-${index}`, given));
const kept = (id: string, idleMs: number, workspaceId = id) =>
  entry(id, { state: 'kept', workspaceId, since: NOW - idleMs });
const busy = (id: string, workspaceId: string, given: Partial<PoolEntry> = {}) =>
  entry(id, { state: 'busy', workspaceId, since: NOW - 5, ...given });
const waiter = (workspaceId = 'w', given: { memoryMb?: number; since?: number } = {}) => ({
  workspaceId,
  memoryMb: MB,
  since: NOW,
  ...given,
});
const asked = (freshPerSecond: number, agoMs = 1_000) => ({ askedAt: NOW - agoMs, freshPerSecond });
const plan = (given: Partial<PoolSituation>, changed: Partial<PoolLimits> = {}) =>
  planPool({ ...quiet, ...given }, { ...limits, ...changed });

describe('when nothing happens', () => {
  test('the base stands ready, and no more', () => {
    expect(plan({})).toEqual({ boot: [MB, MB], remove: [] });
    expect(plan({ booting: [MB] }).boot).toEqual([MB]);
    expect(plan({ entries: fresh(2) })).toEqual({ boot: [], remove: [] });
  });

  test('what was started for more demand goes after a while, down to the base', () => {
    expect(plan({ entries: fresh(5) }).remove).toEqual([]);
    expect(plan({ entries: fresh(5, { since: NOW - 61_000 }) }).remove).toHaveLength(3);
  });

  test('what is kept for a workspace goes after its idle time, and nothing outlives its age', () => {
    expect(plan({ entries: [...fresh(2), kept('a', 59_000), kept('b', 61_000)] }).remove).toEqual(['b']);
    const old = { bornAt: NOW - 3_600_001 };
    const entries = [entry('f', old), entry('k', { ...old, state: 'kept', workspaceId: 'w' }), busy('b', 'w', old)];
    expect(plan({ entries })).toEqual({ boot: [MB, MB], remove: ['f', 'k'] });
  });
});

describe('for those who wait', () => {
  test('one is started each, beside the base', () => {
    expect(plan({ entries: fresh(0), waiting: [waiter('a'), waiter('b')] }).boot).toEqual([MB, MB, MB, MB]);
  });

  test('what is starting already counts', () => {
    const boot = plan({ waiting: [waiter('a'), waiter('b')], booting: [MB, MB, MB] }).boot;
    expect(boot).toEqual([MB]);
  });

  test('as many at a time as the host has cores for', () => {
    const waiting = Array.from({ length: 9 }, (_, index) => waiter(`w${index}`));
    expect(plan({ waiting }).boot).toHaveLength(4);
    expect(plan({ waiting, booting: [MB, MB, MB] }).boot).toHaveLength(1);
  });

  test('the size they need', () => {
    expect(plan({ entries: fresh(2), waiting: [waiter('a', { memoryMb: 2_048 })] }).boot).toContain(2_048);
  });

  test('none is started where one comes back sooner', () => {
    const entries = [...fresh(2), busy('b', 'w')];
    expect(plan({ entries, waiting: [waiter()] }).boot).toEqual([]);
    // The thirteenth in the row would wait for longer than a start takes.
    const many = Array.from({ length: 13 }, () => waiter());
    expect(plan({ entries, waiting: many }).boot).toHaveLength(1);
  });

  test.each([
    ['it has waited for as long as a start takes', { waiting: [waiter('w', { since: NOW - 300 })] }],
    ['executions take long', { waiting: [waiter()], leaseMs: 5_000 }],
    ['sandboxes are used once', { waiting: [waiter()], keptShare: 0 }],
    ['it is another workspace’s', { waiting: [waiter('other')] }],
    ['it has another size', { waiting: [waiter('w', { memoryMb: 2_048 })] }],
    ['user code runs in it', { waiting: [waiter()], entries: [...fresh(2), busy('b', 'w', { spent: true })] }],
    ['it is long at work', { waiting: [waiter()], entries: [...fresh(2), busy('b', 'w', { since: NOW - 9_000 })] }],
  ] satisfies [string, Partial<PoolSituation>][])('one is started all the same when %s', (_why, given) => {
    expect(plan({ entries: [...fresh(2), busy('b', 'w')], ...given }).boot).toHaveLength(1);
  });

  test('an idle one of another workspace gives way when there is no room: the one used longest ago', () => {
    const entries = [kept('a', 3_000), kept('b', 9_000), kept('c', 1_000), busy('d', 'd')];
    expect(plan({ entries, waiting: [waiter('new')] }, { max: 4 })).toEqual({ boot: [MB], remove: ['b'] });
  });

  test('nothing is started when everything is at work and the room is used up', () => {
    const entries = [busy('a', 'a', { since: NOW - 9_000 }), busy('b', 'b', { since: NOW - 9_000 })];
    expect(plan({ entries, waiting: [waiter('new')] }, { max: 2 })).toEqual({ boot: [], remove: [] });
  });
});

describe('ahead of need', () => {
  test('what is used up during two starts stands ready', () => {
    const sizes = new Map([[MB, asked(8)]]);
    expect(plan({ sizes }, { parallelBoots: 20 }).boot).toHaveLength(2 + 4);
  });

  test('the queue counts as far as there are places, and new ones are needed', () => {
    const given = { queueDepth: 500, freePlaces: 8, freshShare: 1 };
    expect(plan(given, { parallelBoots: 20 }).boot).toHaveLength(8);
    expect(plan({ ...given, freshShare: 0.1 }, { parallelBoots: 20 }).boot).toHaveLength(2);
  });

  test('another size that was asked for keeps one ready while it is in use', () => {
    expect(plan({ entries: fresh(2), sizes: new Map([[4_096, asked(0)]]) }).boot).toEqual([4_096]);
    const entries = [...fresh(2), entry('big', { memoryMb: 4_096 })];
    expect(plan({ entries, sizes: new Map([[4_096, asked(0, 61_000)]]) })).toEqual({ boot: [], remove: ['big'] });
  });

  test('nobody is sent away for it', () => {
    const entries = [kept('a', 1_000), kept('b', 1_000)];
    expect(plan({ entries }, { max: 2 })).toEqual({ boot: [], remove: [] });
  });
});

describe('a host that is short', () => {
  const GIB = 1024 ** 3;
  const host = { freeBytes: 4 * GIB, totalBytes: 8 * GIB, load: 0.5, cores: 2 };
  const sizes = new Map([[MB, asked(8)]]);

  test('of memory gets only the base and who waits, and what is idle goes soon', () => {
    const short = { ...host, freeBytes: 0.5 * GIB };
    const more = { parallelBoots: 20 };
    expect(plan({ host, sizes }, more).boot).toHaveLength(6);
    expect(plan({ host: short, sizes }, more).boot).toHaveLength(2);
    expect(plan({ host: short, sizes, waiting: [waiter()] }, more).boot).toHaveLength(3);
    const entries = [...fresh(2), kept('a', 6_000), kept('b', 1_000)];
    expect(plan({ host, entries }).remove).toEqual([]);
    expect(plan({ host: short, entries }).remove).toEqual(['a']);
  });

  test('of processor gets only the base and who waits', () => {
    const loaded = { ...host, load: 9 };
    expect(plan({ host: loaded, sizes }, { parallelBoots: 20 }).boot).toHaveLength(2);
  });
});

test.each([
  [
    'a laptop',
    { concurrency: 10, host: { cores: 2, memoryBytes: 4 * 1024 ** 3 } },
    { base: 1, max: 11, parallelBoots: 2 },
  ],
  [
    'a server',
    { concurrency: 10, host: { cores: 16, memoryBytes: 64 * 1024 ** 3 } },
    { base: 2, max: 170, parallelBoots: 16 },
  ],
  [
    'many places',
    { concurrency: 200, host: { cores: 4, memoryBytes: 8 * 1024 ** 3 } },
    { base: 2, max: 202, parallelBoots: 4 },
  ],
  ['a cluster', { concurrency: 10 }, { base: 2, max: 42, parallelBoots: 4 }],
])('%s has room for so many', (_name, given, expected) => {
  expect(poolLimits(given)).toEqual(expected);
});

test('whatever happens, it stays within its room and removes nothing that works', () => {
  const size = fc.constantFrom(512, MB, 2_048);
  const time = fc.integer({ min: 0, max: 4_000_000 }).map((ago) => NOW - ago);
  const entries = fc
    .array(
      fc.record({
        state: fc.constantFrom('fresh', 'kept', 'busy'),
        memoryMb: size,
        workspaceId: fc.constantFrom('a', 'b', 'c'),
        bornAt: time,
        since: time,
        spent: fc.boolean(),
      }),
      { maxLength: 12 },
    )
    .map((all) => all.map((one, index): PoolEntry => ({ ...one, id: String(index) })));
  const situation = fc.record({
    entries,
    booting: fc.array(size, { maxLength: 4 }),
    waiting: fc.array(fc.record({ workspaceId: fc.constantFrom('a', 'b', 'c'), memoryMb: size, since: time }), {
      maxLength: 8,
    }),
    sizes: fc
      .array(fc.tuple(size, fc.record({ askedAt: time, freshPerSecond: fc.double({ min: 0, max: 50, noNaN: true }) })))
      .map((pairs) => new Map(pairs)),
    queueDepth: fc.nat(1_000),
    freePlaces: fc.nat(20),
    bootMs: fc.integer({ min: 1, max: 20_000 }),
    leaseMs: fc.integer({ min: 1, max: 20_000 }),
    keptShare: fc.double({ min: 0, max: 1, noNaN: true }),
    freshShare: fc.double({ min: 0, max: 1, noNaN: true }),
    host: fc.option(
      fc.record({
        freeBytes: fc.nat(100),
        totalBytes: fc.constant(100),
        load: fc.double({ min: 0, max: 30, noNaN: true }),
        cores: fc.constant(2),
      }),
      { nil: undefined },
    ),
  });
  fc.assert(
    fc.property(situation, ({ host, ...given }) => {
      const before = { ...quiet, ...given, ...(host ? { host } : {}) };
      const { boot, remove } = planPool(before, limits);
      const gone = before.entries.filter(({ id }) => remove.includes(id));
      expect(new Set(remove).size).toBe(remove.length);
      expect(gone).toHaveLength(remove.length);
      expect(gone.every(({ state }) => state !== 'busy')).toBe(true);
      const total = before.entries.length + before.booting.length + boot.length - remove.length;
      if (boot.length > 0) {
        expect(total).toBeLessThanOrEqual(limits.max);
        expect(before.booting.length + boot.length).toBeLessThanOrEqual(limits.parallelBoots);
      }
      // Somebody who waits is never forgotten.
      const moves =
        boot.length > 0 || before.booting.length > 0 || before.entries.some(({ state }) => state === 'busy');
      if (before.waiting.length > 0) expect(moves).toBe(true);
    }),
    { numRuns: 500 },
  );
});
