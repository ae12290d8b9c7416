import { describe, expect, it } from 'vitest';
import { createAsyncQueue } from './async-queue.ts';

describe('createAsyncQueue', () => {
  it('hands over in order, to a reader that waits and to one that comes late', async () => {
    const queue = createAsyncQueue<{ n: number }>();
    const first = queue.next();
    queue.push({ n: 1 });
    queue.push({ n: 2 });
    queue.push({ n: 3 });
    expect([await first, await queue.next(), await queue.next()]).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
  });

  it('gives what is queued before the end, and nothing after it', async () => {
    const queue = createAsyncQueue<{ n: number }>();
    queue.push({ n: 1 });
    queue.close();
    queue.push({ n: 2 });
    expect([await queue.next(), await queue.next(), await queue.next()]).toEqual([{ n: 1 }, undefined, undefined]);
  });

  it('keeps the order however far the reader is behind', async () => {
    const queue = createAsyncQueue<{ n: number }>();
    const read: unknown[] = [];
    for (let n = 0; n < 2_000; n += 1) {
      queue.push({ n });
      if (n % 3 > 0) read.push(await queue.next());
    }
    queue.close();
    for (let item = await queue.next(); item; item = await queue.next()) read.push(item);
    expect(read).toEqual(Array.from({ length: 2_000 }, (_, n) => ({ n })));
  });

  it('wakes a waiting reader at the end', async () => {
    const queue = createAsyncQueue<{ n: number }>();
    const next = queue.next();
    queue.close();
    expect(await next).toBeUndefined();
  });
});
