import { describe, expect, it } from 'vitest';
import type { EventView, ExecutionHead, WatchMessage } from '../execution-view.ts';
import { type LiveSignal, TAIL_MS, type WatchDependencies, watch } from './watch.ts';

type Update = Extract<WatchMessage, { type: 'update' }>;
const at = new Date('2026-11-20T12:00:00Z');

/** An execution, its log and a clock, driven by the test. */
const createWorld = (pageSize = 500) => {
  const events: EventView[] = [];
  let status: ExecutionHead['status'] = 'running';
  let exists = true;
  let now = 0;
  let reads = 0;
  let listeners: ((message: LiveSignal) => void)[] = [];
  let sleepers: { until: number; wake: () => void }[] = [];
  const order: string[] = [];

  const head = (): ExecutionHead => ({
    id: 'execution',
    status,
    queuedAt: at,
    startedAt: at,
    completedAt: null,
    executionTimeMs: null,
    totalCostUsd: 0,
    inputTokens: 0,
    outputTokens: 0,
    error: null,
    sandbox: null,
    attempts: 1,
    cancelRequestedAt: null,
    resumeAt: null,
    activeMs: 0,
    activeSince: null,
    lastSeq: events.length,
  });

  const dependencies: WatchDependencies = {
    read: async ({ since }) => {
      order.push('read');
      reads += 1;
      if (!exists) return null;
      const page = events.slice(since, since + pageSize);
      return { type: 'update', seq: page.at(-1)?.seq ?? since, execution: head(), steps: [], waits: [], events: page };
    },
    listen: async (handler) => {
      order.push('listen');
      listeners.push(handler);
      return () => {
        order.push('stop');
        listeners = listeners.filter((one) => one !== handler);
      };
    },
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        const wake = () => resolve();
        sleepers.push({ until: now + ms, wake });
        signal.addEventListener('abort', wake, { once: true });
      }),
  };
  return {
    dependencies,
    order,
    get reads() {
      return reads;
    },
    get listeners() {
      return listeners.length;
    },
    /** A line that nobody is told about. */
    append: (count = 1) => {
      for (let index = 0; index < count; index += 1) {
        const seq = events.length + 1;
        events.push({
          seq,
          type: 'step_log',
          nodeId: 'a',
          iteration: '',
          level: 'info',
          message: `${seq}`,
          data: null,
          createdAt: at,
        });
      }
    },
    finish: () => {
      status = 'completed';
    },
    cancelRequested: () => {
      status = 'waiting';
    },
    remove: () => {
      exists = false;
    },
    publish: (message: LiveSignal) => {
      for (const listener of listeners) listener(message);
    },
    wake: () => {
      for (const listener of listeners) listener({ type: 'events', lastSeq: events.length });
    },
    pass: (ms: number) => {
      now += ms;
      const due = sleepers.filter(({ until }) => until <= now);
      sleepers = sleepers.filter(({ until }) => until > now);
      for (const { wake } of due) wake();
    },
  };
};

const start = (world: ReturnType<typeof createWorld>, since = 0) => {
  const controller = new AbortController();
  const messages = watch(world.dependencies, { since, signal: controller.signal });
  const nextUpdate = async (): Promise<Update> => {
    const { value } = await messages.next();
    if (value?.type !== 'update') throw new Error(`an update was expected, not ${JSON.stringify(value)}`);
    return value;
  };
  return { messages, nextUpdate, abort: () => controller.abort() };
};

const seqs = ({ events }: Update) => events.map(({ seq }) => seq);
/** Lets everything that can run without time passing run. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('watch', () => {
  it('listens before it first reads', async () => {
    const world = createWorld();
    const { nextUpdate, messages } = start(world);
    await nextUpdate();
    expect(world.order.slice(0, 2)).toEqual(['listen', 'read']);
    world.finish();
    world.wake();
    await messages.return();
  });

  it('gives the backlog in pages, then ends with the execution', async () => {
    const world = createWorld(2);
    world.append(5);
    world.finish();
    const { messages, nextUpdate } = start(world);
    expect(seqs(await nextUpdate())).toEqual([1, 2]);
    expect(seqs(await nextUpdate())).toEqual([3, 4]);
    expect(seqs(await nextUpdate())).toEqual([5]);
    expect((await messages.next()).done).toBe(true);
    expect(world.listeners).toBe(0);
  });

  it('resumes after a seq', async () => {
    const world = createWorld();
    world.append(4);
    world.finish();
    const { nextUpdate } = start(world, 2);
    expect(seqs(await nextUpdate())).toEqual([3, 4]);
  });

  it('reads as soon as it is woken', async () => {
    const world = createWorld();
    const { nextUpdate, abort } = start(world);
    await nextUpdate();
    const next = nextUpdate();
    await settle();
    world.append();
    world.wake();
    expect(seqs(await next)).toEqual([1]);
    abort();
  });

  it('finds by itself what no wake-up told of', async () => {
    const world = createWorld();
    const { nextUpdate, abort } = start(world);
    await nextUpdate();
    const next = nextUpdate();
    await settle();
    world.append();
    world.pass(TAIL_MS);
    expect(seqs(await next)).toEqual([1]);
    abort();
  });

  it('does not lose what is written while it reads', async () => {
    const world = createWorld();
    const { read } = world.dependencies;
    world.dependencies.read = async (options) => {
      const update = await read(options);
      // After the snapshot, before the reader has it.
      if (world.reads === 1) {
        world.append();
        world.wake();
      }
      return update;
    };
    const { nextUpdate, abort } = start(world);
    expect(seqs(await nextUpdate())).toEqual([]);
    expect(seqs(await nextUpdate())).toEqual([1]);
    abort();
  });

  it('is silent while nothing changes, and tells a change that has no log line', async () => {
    const world = createWorld();
    const { nextUpdate, abort } = start(world);
    await nextUpdate();
    const next = nextUpdate();
    for (let second = 0; second < 5; second += 1) {
      await settle();
      world.pass(TAIL_MS);
    }
    await settle();
    expect(world.reads).toBe(6);
    world.cancelRequested();
    world.pass(TAIL_MS);
    expect((await next).execution.status).toBe('waiting');
    abort();
  });

  it('ignores wake-ups for what it has already given', async () => {
    const world = createWorld();
    world.append(3);
    const { nextUpdate, messages, abort } = start(world);
    await nextUpdate();
    const next = messages.next();
    await settle();
    world.publish({ type: 'events', lastSeq: 2 });
    await settle();
    expect(world.reads).toBe(1);
    abort();
    expect((await next).done).toBe(true);
  });

  it('passes deltas on without reading, merged per step while the reader is busy', async () => {
    const world = createWorld();
    const { nextUpdate, messages, abort } = start(world);
    await nextUpdate();
    world.publish({ type: 'delta', nodeId: 'a', iteration: '', text: 'Hel' });
    world.publish({ type: 'delta', nodeId: 'b', iteration: '', text: 'other' });
    world.publish({ type: 'delta', nodeId: 'a', iteration: '', text: 'lo' });
    expect((await messages.next()).value).toEqual({ type: 'delta', nodeId: 'a', iteration: '', text: 'Hello' });
    expect((await messages.next()).value).toEqual({ type: 'delta', nodeId: 'b', iteration: '', text: 'other' });
    expect(world.reads).toBe(1);
    abort();
  });

  it('still tails while deltas keep it awake', async () => {
    const world = createWorld();
    const { nextUpdate, messages, abort } = start(world);
    await nextUpdate();
    world.append();
    let update: WatchMessage | undefined;
    for (let tick = 0; tick < 20 && update?.type !== 'update'; tick += 1) {
      world.pass(100);
      world.publish({ type: 'delta', nodeId: 'a', iteration: '', text: '.' });
      update = (await messages.next()).value ?? undefined;
    }
    expect(update).toMatchObject({ type: 'update', seq: 1 });
    abort();
  });

  it('ends at once when aborted, and stops listening', async () => {
    const world = createWorld();
    const { nextUpdate, messages, abort } = start(world);
    await nextUpdate();
    const next = messages.next();
    await settle();
    abort();
    expect((await next).done).toBe(true);
    expect(world.order.at(-1)).toBe('stop');
  });

  it('ends when the execution is not there, or is deleted', async () => {
    const absent = createWorld();
    absent.remove();
    expect((await start(absent).messages.next()).done).toBe(true);

    const deleted = createWorld();
    const { nextUpdate, messages } = start(deleted);
    await nextUpdate();
    const next = messages.next();
    await settle();
    deleted.remove();
    deleted.pass(TAIL_MS);
    expect((await next).done).toBe(true);
    expect(deleted.listeners).toBe(0);
  });

  it('stops listening when a read fails', async () => {
    const world = createWorld();
    world.dependencies.read = () => Promise.reject(new Error('the database went away'));
    await expect(start(world).messages.next()).rejects.toThrow('went away');
    expect(world.listeners).toBe(0);
  });
});
