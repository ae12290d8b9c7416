import { pino } from 'pino';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { SandboxLease, SandboxProvider } from '../sandbox.ts';
import { createFakeBackend, type FakeBackend, type FakeSandbox } from '../testing/fake-backend.ts';
import { createPool, type PoolCounts, type PoolOptions } from './pool.ts';

let backend: FakeBackend;
let pool: SandboxProvider;
let counts: PoolCounts;
const acquisitions: string[] = [];

const open = (given: Partial<PoolOptions> = {}) => {
  backend = createFakeBackend();
  acquisitions.length = 0;
  pool = createPool({
    backend,
    isolation: 'workspace',
    concurrency: 4,
    defaultMemoryMb: 512,
    logger: pino({ level: 'silent' }),
    observer: {
      booted: () => undefined,
      bootFailed: () => undefined,
      acquired: (how) => acquisitions.push(how),
      counts: (now) => {
        counts = now;
      },
    },
    ...given,
    limits: { base: 1, max: 5, ...given.limits },
  });
  return pool;
};
afterEach(async () => {
  await pool.close();
  expect(backend.alive()).toEqual([]);
});

const never = new AbortController().signal;
const acquire = (workspaceId = 'a', { memoryMb = 512, signal = never } = {}): Promise<SandboxLease> =>
  pool.acquire({ workspaceId, executionId: 'e', attemptId: 't', memoryMb }, signal);
const sandboxOf = (lease: SandboxLease) => lease.sandbox as FakeSandbox;
const untilReady = (fresh = 1) => vi.waitFor(() => expect(counts).toMatchObject({ fresh, booting: 0 }));

/** An execution that ends well: its engine says so, and the pool has heard it. */
const finish = async (lease: SandboxLease): Promise<void> => {
  sandboxOf(lease).say('idle');
  lease.release();
  await vi.waitFor(() => expect(counts.kept).toBeGreaterThan(0));
};

describe('a sandbox', () => {
  test('is started before anybody asks, and limited before it is given', async () => {
    open();
    await untilReady();
    const lease = await acquire();
    expect(lease.warm).toBe(true);
    expect(sandboxOf(lease).processorLimited).toBe(true);
    expect(acquisitions).toEqual(['warm']);
    // Another one takes its place.
    await untilReady();
    expect(backend.booted).toHaveLength(2);
  });

  test('serves its workspace again, and never another', async () => {
    open();
    const first = await acquire('a');
    await finish(first);
    const other = await acquire('b');
    const again = await acquire('a');
    expect(other.sandbox).not.toBe(first.sandbox);
    expect(again.sandbox).toBe(first.sandbox);
    expect(again.warm).toBe(true);
  });

  test('in which user code ran is removed', async () => {
    open();
    const lease = await acquire();
    sandboxOf(lease).say('user_code', 'idle');
    lease.release();
    await vi.waitFor(() => expect(sandboxOf(lease).killed).toBe(true));
    expect((await acquire()).sandbox).not.toBe(lease.sandbox);
  });

  test('is used once with ISOLATION=execution', async () => {
    open({ isolation: 'execution' });
    const lease = await acquire();
    sandboxOf(lease).say('idle');
    lease.release();
    await vi.waitFor(() => expect(sandboxOf(lease).killed).toBe(true));
  });

  test('whose engine does not come to an end is removed', async () => {
    open();
    const lease = await acquire();
    sandboxOf(lease).say('pong');
    lease.release();
    await vi.waitFor(() => expect(sandboxOf(lease).killed).toBe(true), { timeout: 4_000 });
  });

  test('is removed after so many uses', async () => {
    open({ limits: { maxUses: 2 } });
    const lease = await acquire();
    await finish(lease);
    const second = await acquire();
    expect(second.sandbox).toBe(lease.sandbox);
    sandboxOf(second).say('idle');
    second.release();
    await vi.waitFor(() => expect(sandboxOf(second).killed).toBe(true));
  });

  test('that is not used any more is removed', async () => {
    open({ limits: { idleMs: 200 } });
    const lease = await acquire();
    await finish(lease);
    await vi.waitFor(() => expect(sandboxOf(lease).killed).toBe(true), { timeout: 4_000 });
    expect(counts.kept).toBe(0);
  });

  test('that dies while idle is replaced', async () => {
    open();
    await untilReady();
    backend.booted[0]?.die();
    await vi.waitFor(() => expect(backend.booted).toHaveLength(2), { timeout: 4_000 });
    expect((await acquire()).sandbox).toBe(backend.booted[1]);
  });

  test('that speaks while idle is not given to anybody', async () => {
    open();
    await untilReady();
    const [first] = backend.booted;
    first?.say('idle');
    await vi.waitFor(() => expect(first?.stdout.readableLength).toBe(0));
    await new Promise((resolve) => setImmediate(resolve));
    expect((await acquire()).sandbox).not.toBe(first);
    expect(first?.killed).toBe(true);
  });

  test('may be released and killed again and again', async () => {
    open();
    const lease = await acquire();
    await lease.kill();
    await lease.kill();
    lease.release();
    lease.release();
    expect(sandboxOf(lease).killed).toBe(true);
  });

  test('of another workspace gives way when there is no room', async () => {
    open({ concurrency: 1, limits: { base: 0, max: 2 } });
    const a = await acquire('a');
    await finish(a);
    const b = await acquire('b');
    await finish(b);
    const c = await acquire('c');
    expect([a, b, c].map((lease) => sandboxOf(lease).killed)).toEqual([true, false, false]);
  });
});

describe('whoever waits', () => {
  test('gets what comes back to its workspace', async () => {
    open({ concurrency: 1, limits: { base: 0, max: 1 } });
    const first = await acquire();
    const waiting = acquire();
    sandboxOf(first).say('idle');
    first.release();
    expect((await waiting).sandbox).toBe(first.sandbox);
    expect(backend.booted).toHaveLength(1);
    expect(acquisitions).toEqual(['cold', 'cold']);
  });

  test('gets the memory it asked for, and more of it stands ready then', async () => {
    open();
    const lease = await acquire('a', { memoryMb: 2_048 });
    expect(lease.sandbox.memoryMb).toBe(2_048);
    await vi.waitFor(() => expect(counts.fresh).toBe(2));
    expect((await acquire('b', { memoryMb: 2_048 })).warm).toBe(true);
  });

  test('may stop waiting', async () => {
    open({ limits: { base: 0 } });
    const { release } = backend.hold();
    const controller = new AbortController();
    const waiting = acquire('a', { signal: controller.signal });
    controller.abort(new Error('cancelled'));
    await expect(waiting).rejects.toThrow('cancelled');
    release();
  });

  test('is told why none starts, and the next one is not held up by it', async () => {
    open({ limits: { base: 0 } });
    backend.failWith(new Error('no space left'));
    await expect(acquire()).rejects.toMatchObject({ cause: { message: 'no space left' } });
    await expect(pool.check()).rejects.toThrow();
    backend.failWith(undefined);
    expect((await acquire()).sandbox).toBe(backend.booted[0]);
    await pool.check();
  });

  test('is refused when the pool closes', async () => {
    open({ limits: { base: 0 } });
    const { release } = backend.hold();
    const waiting = acquire();
    const closing = pool.close();
    await expect(waiting).rejects.toMatchObject({ data: { code: 'sandbox_start_failed' } });
    release();
    await closing;
    await vi.waitFor(() => expect(backend.alive()).toEqual([]));
    await expect(acquire()).rejects.toMatchObject({ data: { code: 'sandbox_start_failed' } });
  });
});

test('more is started when executions wait on the queue', async () => {
  open({ limits: { parallelBoots: 4 } });
  await untilReady();
  pool.expect(3);
  await vi.waitFor(() => expect(counts.fresh).toBe(3), { timeout: 4_000 });
});
