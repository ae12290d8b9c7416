import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatClock,
  formatCost,
  formatDuration,
  formatInteger,
  formatPercent,
  formatRelativeTime,
  formatTokens,
  formatUpcoming,
  NONE,
} from './format.ts';

describe('formatDuration', () => {
  it.each([
    [0, '0ms'],
    [-5, '0ms'],
    [340.4, '340ms'],
    [999.6, '1s'],
    [4_200, '4.2s'],
    [9_000, '9s'],
    [42_499, '42s'],
    [59_970, '1m'],
    [65_000, '1m 5s'],
    [3_600_000, '1h'],
    [3_723_000, '1h 2m'],
    [90_000_000, '1d 1h'],
  ])('writes %d ms as %s', (ms, text) => expect(formatDuration(ms, 'en')).toBe(text));

  it('speaks Japanese', () => {
    expect(formatDuration(4_200, 'ja')).toBe('4.2 秒');
    expect(formatDuration(65_000, 'ja')).toBe('1 分 5 秒');
  });
});

describe('formatCost', () => {
  it.each([
    [0, '$0'],
    [0.00042, '$0.00042'],
    [0.0000123, '$0.000012'],
    [0.05, '$0.050'],
    [1.2, '$1.20'],
    [1_234.5, '$1,234.50'],
  ])('writes %d dollars as %s', (usd, text) => expect(formatCost(usd, 'en')).toBe(text));

  it('never shows a cost that is there as nothing', () => {
    for (let usd = 1; usd > 1e-7; usd /= 3) expect(formatCost(usd, 'en')).toMatch(/[1-9]/);
  });
});

it('writes tokens exactly as long as they are few', () => {
  expect(formatTokens(9_999, 'en')).toBe('9,999');
  expect(formatTokens(12_345, 'en')).toBe('12.3K');
  expect(formatTokens(12_345, 'ja')).toBe('1.2万');
});

it('writes ratios as percent and sizes in their unit', () => {
  expect(formatPercent(0.987, 'en')).toBe('98.7%');
  expect(formatPercent(1, 'en')).toBe('100%');
  expect(formatBytes(3_421, 'en')).toBe('3.4kB');
  expect(formatBytes(999_999, 'en')).toBe('1MB');
});

describe('formatRelativeTime', () => {
  const now = new Date('2026-11-20T12:00:00Z');
  const ago = (ms: number) => formatRelativeTime(new Date(now.getTime() - ms), now, 'en', 'UTC');
  it.each([
    [0, 'now'],
    // A browser whose clock is behind the server's.
    [-3_000, 'now'],
    [20_000, '20 seconds ago'],
    [200_000, '3 minutes ago'],
    [7_200_000, '2 hours ago'],
    [86_400_000, 'yesterday'],
    [30 * 86_400_000, 'Oct 21, 2026'],
  ])('writes %d ms ago as %s', (ms, text) => expect(ago(ms)).toBe(text));
});

describe('formatUpcoming', () => {
  const now = new Date('2026-11-21T16:00:00Z');
  it.each([
    [120_000, 'in 2 minutes'],
    [7_200_000, 'Sat, Nov 21, 6:00 PM'],
    // 39 hours ahead is not tomorrow.
    [39 * 3_600_000, 'Mon, Nov 23, 7:00 AM'],
    [364 * 86_400_000, 'Sat, Nov 20, 2027, 4:00 PM'],
  ])('writes %d ms ahead as %s', (ms, text) => {
    const written = formatUpcoming(new Date(now.getTime() + ms), now, 'en', 'UTC');
    expect(written.replaceAll('\u202f', ' ')).toBe(text);
  });
});

it('writes a clock in the time zone it is given', () => {
  expect(formatClock(new Date('2026-11-20T23:59:59.007Z'), 'Asia/Tokyo')).toBe('08:59:59.007');
});

it('shows a dash for what is not known', () => {
  const unknown = [null, undefined, Number.NaN, Number.POSITIVE_INFINITY];
  for (const value of unknown) {
    for (const write of [formatDuration, formatCost, formatTokens, formatInteger, formatPercent, formatBytes]) {
      expect(write(value, 'en')).toBe(NONE);
    }
  }
  expect(formatRelativeTime(null, new Date(), 'en')).toBe(NONE);
});
