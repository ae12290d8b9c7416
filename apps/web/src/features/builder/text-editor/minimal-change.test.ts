import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { minimalChange } from './minimal-change.ts';

describe('minimalChange', () => {
  it('turns any text into any other', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '😀', '😁', '\n') });
    fc.assert(
      fc.property(text, text, (before, after) => {
        const change = minimalChange(before, after);
        if (!change) return before === after;
        return before.slice(0, change.from) + change.insert + before.slice(change.to) === after;
      }),
    );
  });
  it('touches only what differs', () =>
    expect(minimalChange('one two three', 'one 2 three')).toEqual({ from: 4, to: 7, insert: '2' }));
  it('never splits a surrogate pair', () =>
    expect(minimalChange('x😀', 'x😁')).toEqual({ from: 1, to: 3, insert: '😁' }));
});
