import { describe, expect, it } from 'vitest';
import { Suspended } from '../../host/suspended.ts';
import type { BodyRound } from '../node-type.ts';
import { runNode } from '../testing/run-node.ts';

const increment = async ({ previous }: BodyRound) => Number(previous) + 1;

describe('loop', () => {
  it('goes on with each round’s output until the condition is true', async () => {
    const config = { until: '{{ previous >= 4 }}' };
    expect(await runNode('loop', { previous: 1, runBody: increment, config })).toMatchObject({
      output: 4,
      reason: 'It was done after 3 rounds.',
    });
  });

  it('asks after the first round, not before', async () => {
    const result = await runNode('loop', { previous: 9, runBody: increment, config: { until: '{{ true }}' } });
    expect(result).toMatchObject({ output: 10, reason: 'It was done after 1 round.' });
  });

  it('sees the round’s number, the input, steps before it, and the item of a map around it', async () => {
    const config = { until: '{{ index = input.last and steps.a.output = "x" and item = 7 and feedback.round = 1 }}' };
    const result = await runNode('loop', {
      previous: 0,
      input: { last: 2 },
      steps: { a: { output: 'x' } },
      item: 7,
      index: 99,
      feedback: { evaluation: null, output: null, round: 1 },
      runBody: increment,
      config,
    });
    expect(result.output).toBe(3);
  });

  it('numbers its rounds from 0', async () => {
    const rounds: BodyRound[] = [];
    const runBody = async (round: BodyRound) => rounds.push(round);
    await runNode('loop', { runBody, config: { maxRounds: 2 } });
    expect(rounds).toEqual([
      { index: 0, previous: null },
      { index: 1, previous: 1 },
    ]);
  });

  it('ends at the limit with the last output, or fails', async () => {
    const config = { until: '{{ previous > 100 }}', maxRounds: 3 };
    expect(await runNode('loop', { previous: 0, runBody: increment, config })).toMatchObject({
      output: 3,
      reason: 'It ended at the limit of 3 rounds.',
    });
    const strict = runNode('loop', { previous: 0, runBody: increment, config: { ...config, onLimit: 'fail' } });
    await expect(strict).rejects.toMatchObject({ data: { code: 'step_limit' } });
  });

  it('waits where its body waits, and ends when it is told to', async () => {
    const suspended = new Suspended({ kind: 'human' });
    await expect(runNode('loop', { runBody: () => Promise.reject(suspended) })).rejects.toBe(suspended);
    const controller = new AbortController();
    const runBody = async () => controller.abort(new Error('stop'));
    await expect(runNode('loop', { runBody, signal: controller.signal })).rejects.toThrow('stop');
  });
});
