import { expect, it } from 'vitest';
import { runNode } from '../testing/run-node.ts';
import { noteDefinition } from './definition.ts';

it('is only drawn, and would change nothing', async () => {
  expect(noteDefinition).toMatchObject({ canvasOnly: true, inputs: [] });
  expect((await runNode('note', { previous: 1 })).output).toBe(1);
  expect((await runNode('note')).output).toBeNull();
});
