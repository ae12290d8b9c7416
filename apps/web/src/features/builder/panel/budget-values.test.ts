import { describe, expect, it } from 'vitest';
import { EMPTY_BUDGET, isLimit, limitRange, toBudget } from './budget-values.ts';

describe('toBudget', () => {
  it('is none without a limit, whatever should happen then', () => {
    expect(toBudget(EMPTY_BUDGET)).toBeUndefined();
    expect(toBudget({ onReached: 'ask', usd: undefined })).toBeUndefined();
  });

  it('holds only what is set', () => {
    expect(toBudget({ usd: 2, tokens: undefined, onReached: 'ask' })).toEqual({ usd: 2, onReached: 'ask' });
    expect(Object.keys(toBudget({ usd: 0, tokens: undefined, onReached: 'fail' }) ?? {})).toEqual(['usd', 'onReached']);
  });

  it('waits for the cheaper model before it goes on with one', () => {
    expect(toBudget({ tokens: 5, onReached: 'downgrade' })).toBe('incomplete');
    expect(toBudget({ tokens: 5, onReached: 'downgrade', downgradeTo: '' })).toBe('incomplete');
    const downgrade = { tokens: 5, onReached: 'downgrade' as const, downgradeTo: 'demo/demo' };
    expect(toBudget(downgrade)).toEqual(downgrade);
    expect(toBudget({ ...downgrade, onReached: 'fail' })).toEqual({ tokens: 5, onReached: 'fail' });
  });

  it('refuses what no budget may hold', () => {
    expect(toBudget({ usd: -1, onReached: 'fail' })).toBe('incomplete');
    expect(toBudget({ modelCalls: 1.5, onReached: 'fail' })).toBe('incomplete');
  });
});

it.each(['usd', 'tokens', 'modelCalls', 'seconds'] as const)('knows the range of %s', (name) => {
  const { min, max } = limitRange(name);
  expect([min - 1, min, max, max + 1].map((value) => isLimit(name, value))).toEqual([false, true, true, false]);
  expect(isLimit(name, undefined)).toBe(true);
});
