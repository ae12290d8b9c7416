import { expect, it } from 'vitest';
import { runNode } from '../testing/run-node.ts';

it('returns what came in, of its own type', async () => {
  expect(await runNode('output', { previous: { a: [1] } })).toMatchObject({ output: { a: [1] }, ports: [] });
});

it('returns text where text stands around an expression', async () => {
  const config = { value: 'Total: {{ previous.total }} of {{ input.max }}' };
  expect((await runNode('output', { config, previous: { total: 2 }, input: { max: 3 } })).output).toBe('Total: 2 of 3');
});

it('returns null for nothing', async () => {
  expect((await runNode('output', { config: { value: '{{ previous.nothing }}' }, previous: {} })).output).toBeNull();
});
