import { expect, it } from 'vitest';
import { runNode } from '../testing/run-node.ts';

it('calculates with the numbers of earlier steps', async () => {
  const config = { expression: 'round({{ input.net }} * 1.19, 2)' };
  expect((await runNode('calculator', { config, input: { net: 100 } })).output).toEqual({
    expression: 'round(100 * 1.19, 2)',
    result: 119,
  });
  expect((await runNode('calculator', { previous: 2 })).output).toMatchObject({ result: 2.38 });
});

it('says where an expression is no arithmetic', async () => {
  const asked = runNode('calculator', { config: { expression: '{{ input }} * 2' }, input: 'many' });
  await expect(asked).rejects.toMatchObject({
    data: { code: 'tool_failed', message: 'expression: “many” is not known, at character 1 of “many * 2”.' },
  });
});
