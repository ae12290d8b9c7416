import { expect, it } from 'vitest';
import { runNode } from '../testing/run-node.ts';
import { groupDefinition } from './definition.ts';

it('is only drawn, and would change nothing', async () => {
  expect(groupDefinition).toMatchObject({ canvasOnly: true, contains: 'frame', inputs: [] });
  expect((await runNode('group', { previous: 1 })).output).toBe(1);
  expect((await runNode('group')).output).toBeNull();
});
