import { describe, expect, it } from 'vitest';
import { cronProblem, isTimezone, nextTime, nextTimes } from './cron.ts';

const times = (cron: string, timezone: string, from: string, count: number): string[] =>
  nextTimes({ cron, timezone }, { from: new Date(from), count }).map((time) =>
    time.toISOString().replace(':00.000', ''),
  );

describe('the times of a cron expression', () => {
  it('are in its time zone', () => {
    expect(times('0 9 * * 1-5', 'Asia/Tokyo', '2026-11-01T00:00:00Z', 2)).toEqual([
      '2026-11-02T00:00Z',
      '2026-11-03T00:00Z',
    ]);
    expect(times('0 9 * * 1-5', 'America/New_York', '2026-11-01T00:00:00Z', 1)).toEqual(['2026-11-02T14:00Z']);
  });

  it('stay at their hour when the clocks go forward, and back', () => {
    expect(times('0 9 * * *', 'America/New_York', '2026-03-07T12:00:00Z', 3)).toEqual([
      '2026-03-07T14:00Z',
      '2026-03-08T13:00Z',
      '2026-03-09T13:00Z',
    ]);
    expect(times('0 9 * * *', 'America/New_York', '2026-10-31T12:00:00Z', 2)).toEqual([
      '2026-10-31T13:00Z',
      '2026-11-01T14:00Z',
    ]);
  });

  it('come once on the day without that hour, and once on the day with two of them', () => {
    expect(times('30 2 * * *', 'America/New_York', '2026-03-07T12:00:00Z', 2)).toEqual([
      '2026-03-08T07:30Z',
      '2026-03-09T06:30Z',
    ]);
    expect(times('30 1 * * *', 'America/New_York', '2026-10-31T12:00:00Z', 2)).toEqual([
      '2026-11-01T05:30Z',
      '2026-11-02T06:30Z',
    ]);
  });

  it('leave out and double no hour of an hourly one at either change', () => {
    const hours = (from: string) =>
      nextTimes({ cron: '0 * * * *', timezone: 'America/New_York' }, { from: new Date(from), count: 26 });
    for (const from of ['2026-03-07T20:30:00Z', '2026-10-31T20:30:00Z']) {
      const steps = hours(from).map((time, index, all) => time.getTime() - (all[index - 1]?.getTime() ?? 0));
      expect(steps.slice(1).every((step) => step === 3_600_000)).toBe(true);
    }
  });

  it('do not shift where no clocks are changed', () => {
    const year = nextTimes(
      { cron: '30 2 * * *', timezone: 'Asia/Tokyo' },
      { from: new Date('2026-01-01T00:00Z'), count: 365 },
    );
    expect(new Set(year.map((time) => time.toISOString().slice(11))).size).toBe(1);
    expect(new Set(year.map((time) => time.toISOString().slice(0, 10))).size).toBe(365);
  });

  it('may have seconds, as the first of six fields', () => {
    expect(times('*/20 * * * * *', 'UTC', '2026-01-01T00:00:01Z', 2)).toEqual([
      '2026-01-01T00:00:20.000Z',
      '2026-01-01T00:00:40.000Z',
    ]);
  });

  it('start after the given moment', () => {
    const at = new Date('2026-01-01T00:05:00Z');
    expect(nextTime({ cron: '*/5 * * * *', timezone: 'UTC' }, at)).toEqual(new Date('2026-01-01T00:10:00Z'));
    expect(nextTime({ cron: 'nonsense', timezone: 'UTC' }, at)).toBeNull();
  });
});

describe('what is wrong with a cron expression', () => {
  it.each([
    ['0 9 * * *', 'Asia/Tokyo', undefined],
    ['0 0 9 * * MON-FRI', 'Europe/Berlin', undefined],
    ['0 9 L * *', 'UTC', undefined],
    ['', 'UTC', 'fields'],
    ['* * * *', 'UTC', 'fields'],
    ['* * * * * * *', 'UTC', 'fields'],
    [`${'1,'.repeat(80)}2 * * * *`, 'UTC', 'fields'],
    ['61 * * * *', 'UTC', 'expression'],
    ['every day at nine o clock', 'UTC', 'expression'],
    ['H * * * *', 'UTC', 'expression'],
    ['0 0 31 2 *', 'UTC', 'expression'],
    ['0 0 31 2,4 *', 'UTC', 'never'],
    ['0 9 * * *', 'Mars/Olympus', 'timezone'],
    ['0 9 * * *', '+09:00', 'timezone'],
    ['0 9 * * *', '', 'timezone'],
  ])('%j in %j: %s', (cron, timezone, problem) => {
    expect(cronProblem({ cron, timezone }, new Date('2026-01-01T00:00Z'))).toBe(problem);
  });
});

it('knows time zones by their names', () => {
  expect(['Asia/Tokyo', 'UTC', 'America/New_York'].map(isTimezone)).toEqual([true, true, true]);
  expect(['Asia/Kyotoo', '-05:00', ' '].map(isTimezone)).toEqual([false, false, false]);
});
