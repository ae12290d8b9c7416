import { cronProblem } from '@agentweaver/core/schedule/cron';
import { expect, it } from 'vitest';
import { CRON_PRESETS, presetOf, timeOf, withPreset, withTime } from './cron-presets.ts';

it.each(Object.entries(CRON_PRESETS))('%s is an expression, and known again', (name, cron) => {
  expect(cronProblem({ cron, timezone: 'UTC' }, new Date())).toBeUndefined();
  expect(presetOf(cron)).toBe(name);
});

it('knows a preset at any time of day', () => {
  expect(presetOf('30 17 * * 1-5')).toBe('weekdays');
  expect(presetOf('5 * * * *')).toBeNull();
  expect(presetOf('0 9,17 * * *')).toBeNull();
});

it.each([
  ['5 9 * * *', '09:05'],
  ['0 23 1 * *', '23:00'],
  ['0 24 * * *', null],
  ['*/5 9 * * *', null],
  ['0 0 9 * * *', null],
])('%s comes at %s', (cron, time) => expect(timeOf(cron)).toBe(time));

it('changes the time and keeps the days, and the other way round', () => {
  expect(withTime('0 9 * * 1-5', '17:30')).toBe('30 17 * * 1-5');
  expect(withTime('*/5 * * * *', '17:30')).toBe('*/5 * * * *');
  expect(withTime('0 9 * * *', '')).toBe('0 9 * * *');
  expect(withPreset('30 17 * * *', 'monthly')).toBe('30 17 1 * *');
  expect(withPreset('30 17 * * *', 'hourly')).toBe('0 * * * *');
  expect(withPreset('*/15 * * * *', 'daily')).toBe('0 9 * * *');
});
