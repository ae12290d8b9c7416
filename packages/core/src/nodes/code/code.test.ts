import { expect, it } from 'vitest';
import { runNode } from '../testing/run-node.ts';

it('sees the input, what came in and the earlier steps, and logs', async () => {
  const source = 'console.warn("from", previous); return { sum: input.n + previous + steps.first.output };';
  const result = await runNode('code', {
    config: { source },
    input: { n: 1 },
    previous: 2,
    steps: { first: { output: 3 } },
  });
  expect(result.output).toEqual({ sum: 6 });
  expect(result.logs).toEqual([{ level: 'warn', message: 'from 2' }]);
});

it('runs the example that a new node starts with', async () => {
  expect((await runNode('code', { previous: 'one two  three' })).output).toEqual({ text: 'one two  three', words: 3 });
  expect((await runNode('code', { previous: null })).output).toMatchObject({ words: 1 });
});

it('gives null when nothing is returned', async () => {
  expect((await runNode('code', { config: { source: '' } })).output).toBeNull();
});

it('keeps to its own limits', async () => {
  const spinning = runNode('code', { config: { source: 'while (true) {}', timeoutMs: 200 } });
  await expect(spinning).rejects.toMatchObject({ data: { code: 'node_timeout' } });
});

it('sees the item and the number of its round, and what an evaluation said', async () => {
  const feedback = { evaluation: { reasons: ['too long'] }, output: 'x', round: 1 };
  const source = 'return [item.name, index, feedback.evaluation.reasons[0]];';
  expect((await runNode('code', { config: { source }, item: { name: 'tea' }, index: 3, feedback })).output).toEqual([
    'tea',
    3,
    'too long',
  ]);
});

it('has none of them elsewhere, and may use the names itself', async () => {
  const none = 'return [typeof item, typeof index, typeof feedback];';
  expect((await runNode('code', { config: { source: none } })).output).toEqual(['undefined', 'undefined', 'undefined']);
  const own = 'const item = 1; let index = 2; const feedback = 3;\nreturn item + index + feedback;';
  expect((await runNode('code', { config: { source: own }, item: 10, index: 20 })).output).toBe(6);
});
