import { expect, test } from 'vitest';
import { runChaos } from './support/chaos/run-chaos.ts';

// `npm run chaos -- --rounds=200` does the same for longer.
test('whatever breaks, nothing is lost, stuck, done or paid twice, or left behind', { timeout: 300_000 }, async () => {
  const { faults, figures, rounds, logs } = await runChaos({ rounds: 8, seed: 4, progress: 1 });
  expect(faults, logs.slice(-20_000)).toEqual([]);
  expect(rounds).toBe(8);
  expect(figures.completed).toBeGreaterThan(8);
});
