import { describe, expect, it } from 'vitest';
import { systemClock } from './system-clock.ts';

describe('systemClock', () => {
  it('sleeps', async () => {
    const before = systemClock.now();
    await systemClock.sleep(20, new AbortController().signal);
    expect(systemClock.now() - before).toBeGreaterThanOrEqual(18);
  });

  it('wakes with the signal’s reason', async () => {
    const cancel = new AbortController();
    const asleep = systemClock.sleep(60_000, cancel.signal);
    cancel.abort(new Error('up'));
    await expect(asleep).rejects.toThrow('up');
    await expect(systemClock.sleep(60_000, cancel.signal)).rejects.toThrow('up');
  });
});
