import { expect, it } from 'vitest';
import { runNode } from '../testing/run-node.ts';
import { mergeConfig, mergeDefinition } from './definition.ts';

const startsAfter = (config: object) => mergeDefinition.startsAfter?.(mergeConfig.parse(config));
const cancels = (config: object) => mergeDefinition.cancelsOthers?.(mergeConfig.parse(config));

it('hands on what had arrived', async () => {
  expect((await runNode('merge', { previous: { a: 1, b: 2 } })).output).toEqual({ a: 1, b: 2 });
  expect((await runNode('merge')).output).toBeNull();
});

it('says how many branches start it', () => {
  expect(startsAfter({})).toBe('all');
  expect(startsAfter({ mode: 'first', count: 5 })).toBe(1);
  expect(startsAfter({ mode: 'any', count: 3 })).toBe(3);
});

it('cancels the others only when it goes on before them', () => {
  expect(cancels({ mode: 'all', cancelOthers: true })).toBe(false);
  expect(cancels({ mode: 'first', cancelOthers: true })).toBe(true);
  expect(cancels({ mode: 'any' })).toBe(false);
});
