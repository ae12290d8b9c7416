import { describe, expect, it } from 'vitest';
import { describeCron } from './describe-cron.ts';

const always = { weekdays: null, monthDays: null, months: null };

describe('describeCron', () => {
  it.each([
    ['* * * * *', { kind: 'minutes', every: 1, hours: null }],
    ['*/15 * * * *', { kind: 'minutes', every: 15, hours: null }],
    ['0,30 8-17 * * *', { kind: 'minutes', every: 30, hours: [8, 17] }],
    ['*/10 9 * * *', { kind: 'minutes', every: 10, hours: [9, 9] }],
    ['5 * * * *', { kind: 'hours', every: 1, minutes: [5], hours: null }],
    ['0 */6 * * *', { kind: 'hours', every: 6, minutes: [0], hours: null }],
    ['15 8-18 * * *', { kind: 'hours', every: 1, minutes: [15], hours: [8, 18] }],
    ['0 9 * * *', { kind: 'at', times: ['09:00'] }],
    ['30 8,12,17 * * *', { kind: 'at', times: ['08:30', '12:30', '17:30'] }],
    ['@daily', { kind: 'at', times: ['00:00'] }],
    ['*/10 * * * * *', { kind: 'seconds', every: 10 }],
    ['0 0 9 * * *', { kind: 'at', times: ['09:00'] }],
  ])('%s', (cron, times) => expect(describeCron(cron)).toEqual({ times, days: always }));

  it.each([
    ['0 9 * * 1-5', { weekdays: [1, 2, 3, 4, 5] }],
    ['0 9 * * sun,sat', { weekdays: [0, 6] }],
    ['0 9 * * 0-7', {}],
    ['0 9 * * 6,7', { weekdays: [0, 6] }],
    ['0 9 1,15 * *', { monthDays: [1, 15] }],
    ['0 9 L * *', { monthDays: ['last'] }],
    ['0 9 1 jan,jul *', { monthDays: [1], months: [1, 7] }],
    ['0 9 ? * MON', { weekdays: [1] }],
  ])('%s names its days', (cron, days) => expect(describeCron(cron)?.days).toEqual({ ...always, ...days }));

  it.each([
    ['a step that does not come out even', '*/7 * * * *'],
    ['one kind of day or the other', '0 9 1 * 1'],
    ['the second Monday', '0 9 * * 1#2'],
    ['the last Friday', '0 9 * * 5L'],
    ['seconds that are not even', '30 0 9 * * *'],
    ['hours with gaps', '*/5 8,12 * * *'],
    ['many times', '0,7,19 1,5,9,14 * * *'],
    ['no expression', 'nonsense'],
  ])('leaves %s to the expression', (_, cron) => expect(describeCron(cron)).toBeUndefined());
});
