import { expect, it } from 'vitest';
import { runNode } from '../testing/run-node.ts';

it('fills a template', async () => {
  const config = { template: 'Dear {{ input.name }}: {{ steps.sum.output }}' };
  const { output } = await runNode('transform', { config, input: { name: 'Ana' }, steps: { sum: { output: 5 } } });
  expect(output).toBe('Dear Ana: 5');
});

it('builds JSON from one expression', async () => {
  const config = {
    mode: 'jsonata',
    expression: '{ "total": $sum(previous.price), "names": previous[price > 1].name }',
  };
  const previous = [
    { name: 'a', price: 1 },
    { name: 'b', price: 2 },
    { name: 'c', price: 3 },
  ];
  expect((await runNode('transform', { config, previous })).output).toEqual({ total: 6, names: ['b', 'c'] });
});

it('gives null for nothing', async () => {
  expect(
    (await runNode('transform', { config: { mode: 'jsonata', expression: 'previous.x' }, previous: {} })).output,
  ).toBeNull();
});

it('says what is wrong with an expression', async () => {
  const broken = runNode('transform', { config: { mode: 'jsonata', expression: 'previous.(' } });
  await expect(broken).rejects.toMatchObject({ data: { code: 'expression_failed' } });
});

it('sees the item and the number of its round', async () => {
  const config = { mode: 'jsonata', expression: '{ "n": index + 1, "name": $uppercase(item.name) }' };
  expect((await runNode('transform', { config, item: { name: 'tea' }, index: 0 })).output).toEqual({
    n: 1,
    name: 'TEA',
  });
});
