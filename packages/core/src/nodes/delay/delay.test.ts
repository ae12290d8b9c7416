import { expect, it } from 'vitest';
import { systemClock } from '../../host/system-clock.ts';
import { runNode } from '../testing/run-node.ts';

it('waits as long as it says and hands on what came in', async () => {
  const slept: number[] = [];
  const clock = { ...systemClock, sleep: async (ms: number) => void slept.push(ms) };
  const delay = (previous?: unknown) => runNode('delay', { config: { seconds: 1.5 }, previous, host: { clock } });
  expect((await delay({ a: 1 })).output).toEqual({ a: 1 });
  expect((await delay()).output).toBeNull();
  expect(slept).toEqual([1_500, 1_500]);
});

it('ends at once when it is cancelled', async () => {
  const controller = new AbortController();
  const waiting = runNode('delay', { config: { seconds: 3_600 }, signal: controller.signal });
  controller.abort(new Error('cancelled'));
  await expect(waiting).rejects.toThrow('cancelled');
});
