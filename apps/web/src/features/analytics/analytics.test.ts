import { describe, expect, it } from 'vitest';
import { changeBetween } from './change.ts';
import { bucketLabels, costSeries } from './chart-data.ts';
import { rangeOf } from './period.ts';
import { toCsv } from './to-csv.ts';

describe('rangeOf', () => {
  const now = new Date(2026, 10, 20, 15, 42);
  const none = { from: null, to: null };

  it('covers whole hours and days of the viewer, today included', () => {
    expect(rangeOf('24h', now, none)).toEqual({ from: new Date(2026, 10, 19, 16), to: new Date(2026, 10, 20, 16) });
    expect(rangeOf('7d', now, none)).toEqual({ from: new Date(2026, 10, 14), to: new Date(2026, 10, 21) });
  });

  it('stays the same while the viewer looks', () => {
    expect(rangeOf('30d', new Date(2026, 10, 20, 15, 43), none)).toEqual(rangeOf('30d', now, none));
  });

  it('puts a custom range in order and completes half of one', () => {
    const [early, late] = [new Date(2026, 0, 1), new Date(2026, 1, 1)];
    expect(rangeOf('custom', now, { from: late, to: early })).toEqual({ from: early, to: late });
    expect(rangeOf('custom', now, { from: null, to: late }).from).toEqual(new Date(2026, 0, 25));
  });
});

describe('changeBetween', () => {
  it.each([
    [100, 150, 'up', 0.5],
    [200, 150, 'down', -0.25],
    [100, 100.001, 'same', 0.00001],
    [0, 0, 'same', 0],
  ] as const)('from %d to %d is %s', (before, after, direction, ratio) => {
    const change = changeBetween(before, after);
    expect(change).toMatchObject({ direction, points: null });
    expect(change.direction !== 'unknown' && change.ratio).toBeCloseTo(ratio, 5);
  });

  it('has no ratio from nothing', () => {
    expect(changeBetween(0, 5)).toEqual({ direction: 'unknown' });
    expect(changeBetween(null, 5)).toEqual({ direction: 'unknown' });
  });

  it('counts ratios in percentage points', () => {
    const change = changeBetween(0.9, 0.95, 'points');
    expect(change.direction).toBe('up');
    expect(change.direction !== 'unknown' && change.points).toBeCloseTo(5);
  });
});

it('keeps the most expensive models apart and puts the others together', () => {
  const models = ['x/big', 'x/mid', 'y/low', 'y/tiny'].map((model) => ({
    model,
    calls: 1,
    executions: 1,
    inputTokens: 0,
    outputTokens: 0,
    costUsd: 1,
  }));
  const point = { at: new Date(), completed: 0, failed: 0, cancelled: 0, active: 0, medianMs: null, p95Ms: null };
  const costByModel = { 'x/big': 4, 'y/low': 2, 'y/tiny': 1 };
  const series = [{ ...point, inputTokens: 0, outputTokens: 0, costUsd: 7, costByModel }];
  const cost = costSeries({ series, models }, ['today'], 2);
  expect(cost.models.map(({ name }) => name)).toEqual(['x/big', 'x/mid', null]);
  expect(cost.points).toEqual([{ at: 'today', model0: 4, model1: 0, others: 3 }]);
});

it('names days in the time zone of the viewer', () => {
  const series = [{ at: new Date('2026-11-19T15:00:00Z') }];
  expect(bucketLabels(series, 'day', 'en', 'Asia/Tokyo')).toEqual(['Nov 20']);
  expect(bucketLabels(series, 'day', 'en', 'UTC')).toEqual(['Nov 19']);
});

it('writes CSV that spreadsheets read as data, never as formulas', () => {
  const csv = toCsv(
    ['name', 'cost'],
    [
      ['=HYPERLINK("http://x")', 1.5],
      ['a,"b"\n', null],
      ['-1+1', -1],
    ],
  );
  expect(csv).toBe('\uFEFFname,cost\r\n"\'=HYPERLINK(""http://x"")",1.5\r\n"a,""b""\n",\r\n\'-1+1,-1\r\n');
});
