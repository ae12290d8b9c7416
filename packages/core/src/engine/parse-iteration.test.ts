import { expect, test } from 'vitest';
import { iterationAfterRounds, iterationOfRound } from './iteration.ts';
import { parseIteration } from './parse-iteration.ts';

test('the top scope has no parts', () => {
  expect(parseIteration('')).toEqual([]);
});

test('gives back what the engine has put together', () => {
  const third = iterationOfRound({ nodeId: 'each', iteration: '', attempt: 2 }, 3);
  const again = iterationAfterRounds(third, [{ evaluation: 'review', round: 1 }]);
  expect(parseIteration(again)).toEqual([
    { nodeId: 'each', attempt: 2, index: 3, within: '' },
    { nodeId: 'review', attempt: 1, index: 1, within: 'each#2[3]' },
  ]);
});

test.each(['each', 'each[]', 'each[01]', 'each[-1]', '/each[1]', 'each[1]/', 'each#0[1]', 'a b[1]', 'each[1]x'])(
  'refuses %s',
  (text) => {
    expect(parseIteration(text)).toBeUndefined();
  },
);
