import { describe, expect, test } from 'vitest';
import { createVirtualClock } from './testing/virtual-clock.ts';
import { type DeadlinePause, withDeadline } from './with-deadline.ts';

const setUp = (work: (clock: ReturnType<typeof createVirtualClock>, pause: DeadlinePause) => Promise<void>) => {
  const clock = createVirtualClock();
  const run = withDeadline(
    {
      signal: new AbortController().signal,
      timeoutMs: 100,
      timeoutError: () => new Error(`over at ${clock.now()}`),
      clock,
    },
    (_signal, pause) => work(clock, pause),
  );
  return { clock, run };
};
const never = new AbortController().signal;

describe('a clock that is held', () => {
  test('does not count the time', async () => {
    const { run, clock } = setUp(async ({ sleep }, pause) => {
      await sleep(60, never);
      pause.hold();
      await sleep(1_000, never);
      pause.release();
      await sleep(30, never);
    });
    await run;
    expect(clock.now()).toBe(1_090);
    expect(clock.sleeping()).toBe(0);
  });

  test('goes on with what was left', async () => {
    const { run } = setUp(async ({ sleep }, pause) => {
      await sleep(60, never);
      pause.hold();
      await sleep(1_000, never);
      pause.release();
      await sleep(50, never);
    });
    await expect(run).rejects.toThrow('over at 1100');
  });

  test('stands still until the last who holds it lets go', async () => {
    const { run } = setUp(async ({ sleep }, pause) => {
      pause.hold();
      pause.hold();
      await sleep(500, never);
      pause.release();
      await sleep(500, never);
      pause.release();
      await sleep(200, never);
    });
    await expect(run).rejects.toThrow('over at 1100');
  });
});
