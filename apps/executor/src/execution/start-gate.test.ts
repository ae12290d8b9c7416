import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createStartGate } from './start-gate.ts';

/** Enters so often, and gives what has been let in so far. */
const enterAll = (gate: ReturnType<typeof createStartGate>, count: number): (() => void)[] => {
  const inside: (() => void)[] = [];
  for (let index = 0; index < count; index += 1) void gate.enter().then((leave) => inside.push(leave));
  return inside;
};

describe('the start gate', () => {
  it('lets in one more than there are processors, and the next when one leaves', async () => {
    const inside = enterAll(createStartGate(2), 5);
    await sleep(1);
    expect(inside).toHaveLength(3);
    inside[0]?.();
    inside[0]?.();
    await sleep(1);
    expect(inside).toHaveLength(4);
  });

  it('counts nobody for longer than a turn', async () => {
    const inside = enterAll(createStartGate(1, { turnMs: 20 }), 4);
    await sleep(5);
    expect(inside).toHaveLength(2);
    await expect.poll(() => inside.length).toBe(4);
  });

  it('is open where nobody knows the processors', async () => {
    const inside = enterAll(createStartGate(undefined), 100);
    await sleep(1);
    expect(inside).toHaveLength(100);
  });
});
