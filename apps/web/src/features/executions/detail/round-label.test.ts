import { expect, it } from 'vitest';
import { roundLabel } from './round-label.ts';

it.each([
  ['', '1'],
  ['each[3]', '4'],
  ['each#2[0]', '1'],
  ['each[3]/review[1]', '4 › 2'],
])('counts %s as %s', (iteration, label) => {
  expect(roundLabel(iteration)).toBe(label);
});
