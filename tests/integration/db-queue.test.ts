import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEmbeddedPostgres } from '@agentweaver/db/embedded-postgres';
import {
  createExecutionQueue,
  createExecutionWorker,
  type ExecutionHandler,
  NotTakenError,
  type QueueConfig,
  SHUTDOWN,
} from '@agentweaver/db/queue';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from './support/database.ts';
import { redisPrefix, redisUrl } from './support/redis.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const backends: [string, () => QueueConfig][] = [
  ['PostgreSQL', () => ({ databaseUrl: database.databaseUrl, prefix: redisPrefix() })],
  ['Redis', () => ({ databaseUrl: database.databaseUrl, redisUrl, prefix: redisPrefix() })],
];

describe.each(backends)('the execution queue on %s', (name, configOf) => {
  if (name === 'Redis' && !redisUrl) {
    it.skip('needs Redis', () => undefined);
    return;
  }

  const closers: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });
  const open = (config = configOf()) => {
    const queue = createExecutionQueue(config);
    closers.push(queue.close);
    const work = async (handler: ExecutionHandler, concurrency = 2) => {
      const worker = createExecutionWorker(config, { concurrency }, handler);
      closers.push(() => worker.close({ timeoutMs: 1_000 }));
      await worker.ready();
      return worker;
    };
    return { queue, work };
  };
  /** Resolves `got` when the handler has been called `times` times. */
  const collect = (times: number) => {
    const ids: string[] = [];
    let done = () => {};
    const got = new Promise<string[]>((resolve) => {
      done = () => resolve(ids);
    });
    const handler: ExecutionHandler = async (id) => {
      ids.push(id);
      if (ids.length === times) done();
      return undefined;
    };
    return { got, handler, ids };
  };

  it('delivers each job once and forgets it', async () => {
    const { queue, work } = open();
    const added = Array.from({ length: 5 }, () => randomUUID());
    await Promise.all(added.map((executionId) => queue.add({ executionId })));
    expect(await queue.counts()).toEqual({ waiting: 5, active: 0, delayed: 0 });
    const { got, handler } = collect(5);
    await work(handler);
    expect((await got).toSorted()).toEqual(added.toSorted());
    await vi.waitFor(async () => expect(await queue.counts()).toEqual({ waiting: 0, active: 0, delayed: 0 }));
  });

  it('adds a waiting job once, and again after it was taken', async () => {
    const { queue, work } = open();
    const executionId = randomUUID();
    await queue.add({ executionId });
    await queue.add({ executionId });
    expect((await queue.counts()).waiting).toBe(1);
    const first = collect(1);
    const worker = await work(first.handler);
    await first.got;
    await vi.waitFor(async () => expect((await queue.counts()).active).toBe(0));
    await worker.close();
    await queue.add({ executionId });
    expect((await queue.counts()).waiting).toBe(1);
  });

  it('does not let the job of a lost claim swallow the next one', async () => {
    const { queue, work } = open();
    const executionId = randomUUID();
    let release = () => {};
    const stuck = new Promise<void>((resolve) => {
      release = resolve;
    });
    const calls: string[] = [];
    let second = () => {};
    const again = new Promise<void>((resolve) => {
      second = resolve;
    });
    await work(async (id) => {
      calls.push(id);
      if (calls.length === 1) await stuck;
      else second();
      return undefined;
    });
    await queue.add({ executionId });
    await vi.waitFor(() => expect(calls).toHaveLength(1));
    await queue.add({ executionId, attempt: 1 });
    await again;
    release();
    expect(calls).toEqual([executionId, executionId]);
  });

  it('hands a delayed job out at its time', async () => {
    const { queue, work } = open();
    const { got, handler } = collect(1);
    await work(handler);
    const executionId = randomUUID();
    const added = Date.now();
    await queue.add({ executionId, delayMs: 300 });
    expect(await got).toEqual([executionId]);
    expect(Date.now() - added).toBeGreaterThanOrEqual(295);
  });

  it('reports a failing handler and goes on', async () => {
    const errors: string[] = [];
    const { queue, work } = open({ ...configOf(), onError: (error) => errors.push(error.message) });
    const { got, handler } = collect(1);
    let failed = false;
    await work(async (id, job) => {
      if (failed) return handler(id, job);
      failed = true;
      throw new Error('the database went away');
    }, 1);
    await queue.add({ executionId: randomUUID() });
    const next = randomUUID();
    await queue.add({ executionId: next });
    expect(await got).toEqual([next]);
    expect(errors).toEqual(['the database went away']);
  });

  it('hands a job that was not taken out again', async () => {
    const { queue, work } = open();
    const { got, handler } = collect(1);
    let refused = 0;
    await work(async (id, job) => {
      if (refused === 2) return handler(id, job);
      refused += 1;
      throw new NotTakenError();
    }, 1);
    const executionId = randomUUID();
    await queue.add({ executionId });
    expect(await got).toEqual([executionId]);
    expect(refused).toBe(2);
  });

  it('on close tells the handlers, and waits for them', async () => {
    const { queue, work } = open();
    const executionId = randomUUID();
    let reason: unknown;
    let stillOpen = true;
    const worker = await work(async (_, { signal, isOpen }) => {
      expect(isOpen()).toBe(true);
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      reason = signal.reason;
      stillOpen = isOpen();
    });
    await queue.add({ executionId });
    await vi.waitFor(() => expect(worker.running()).toBe(1));
    await worker.close({ timeoutMs: 5_000 });
    expect(reason).toBe(SHUTDOWN);
    expect(stillOpen).toBe(false);
  });

  it('does not wait on close for a handler that hangs', async () => {
    const { queue, work } = open();
    const worker = await work(() => new Promise<undefined>(() => undefined));
    await queue.add({ executionId: randomUUID() });
    await vi.waitFor(() => expect(worker.running()).toBe(1));
    const started = Date.now();
    await worker.close({ timeoutMs: 200 });
    expect(Date.now() - started).toBeLessThan(3_000);
  });
});

it('adding fails in time when the queue does not answer', async () => {
  const queue = createExecutionQueue({ databaseUrl: database.databaseUrl, redisUrl: 'redis://127.0.0.1:1' });
  await expect(queue.add({ executionId: randomUUID() })).rejects.toThrow();
  await queue.close();
});

it('a worker closes in time when its database has gone away', async () => {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'agentweaver-gone-'));
  await chmod(dataDir, 0o755);
  const server = await startEmbeddedPostgres({ dataDir, temporary: true });
  const worker = createExecutionWorker({ databaseUrl: server.databaseUrl }, { concurrency: 1 }, async () => undefined);
  await worker.ready();
  await server.stop();
  const started = Date.now();
  await worker.close({ timeoutMs: 200 });
  expect(Date.now() - started).toBeLessThan(4_000);
});
