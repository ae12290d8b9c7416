import { describe, expect, it } from 'vitest';
import { checkSetting, SETTING_RANGES, toDuration, toMs, toNumber } from './setting-values.ts';

describe('checkSetting', () => {
  it.each([
    ['timeoutMs', 1_000],
    ['timeoutMs', 86_400_000],
    ['maxParallel', 64],
    ['memoryMb', 128],
  ] as const)('takes %s = %s', (name, value) => {
    expect(checkSetting(name, value, 1_024)).toBeUndefined();
  });

  it.each([
    ['timeoutMs', 999],
    ['timeoutMs', undefined],
    ['maxParallel', 0],
    ['maxParallel', 65],
    ['maxParallel', 1.5],
    ['memoryMb', 127],
    ['memoryMb', undefined],
    ['memoryMb', 16_385],
  ] as const)('refuses %s = %s', (name, value) => {
    expect(checkSetting(name, value, 1_024)).toBe('range');
  });

  it('holds memory to the plan as soon as that is known', () => {
    expect(checkSetting('memoryMb', 1_025, 1_024)).toBe('plan');
    expect(checkSetting('memoryMb', 1_025, undefined)).toBeUndefined();
  });

  it('names the same ranges as the definition', () => {
    for (const [name, { min, max }] of Object.entries(SETTING_RANGES)) {
      const check = (value: number) => checkSetting(name as keyof typeof SETTING_RANGES, value, undefined);
      expect([check(min - 1), check(min), check(max), check(max + 1)], name).toEqual([
        'range',
        undefined,
        undefined,
        'range',
      ]);
    }
  });
});

describe('what is typed', () => {
  it.each([
    ['', undefined],
    [5, 5],
    ['1.', 1],
    ['-', Number.NaN],
  ])('reads %j as %s', (text, value) => {
    expect(toNumber(text)).toBe(value);
  });
});

describe('durations', () => {
  it.each([
    [600_000, 10, 'minutes'],
    [7_200_000, 2, 'hours'],
    [90_000, 90, 'seconds'],
    [1_500, 1.5, 'seconds'],
    [0, 0, 'seconds'],
  ] as const)('shows %d ms as %d %s', (ms, amount, unit) => {
    expect(toDuration(ms)).toEqual({ amount, unit });
    expect(toMs({ amount, unit })).toBe(ms);
  });

  it('has no noise from fractions, and no value when empty', () => {
    expect(toMs({ amount: 1.1, unit: 'minutes' })).toBe(66_000);
    expect(toMs({ amount: '', unit: 'minutes' })).toBeUndefined();
  });
});
