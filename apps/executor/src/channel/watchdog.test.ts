import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createWatchdog, type Watchdog } from './watchdog.ts';

let watchdog: Watchdog;
let pings: number[];
let silent: number;

beforeEach(() => {
  vi.useFakeTimers();
  pings = [];
  silent = 0;
  watchdog = createWatchdog({
    ping: (id) => pings.push(id),
    onSilent: () => {
      silent += 1;
    },
    intervalMs: 100,
    limitMs: 450,
    now: () => Date.now(),
  });
});
afterEach(() => {
  watchdog.stop();
  vi.useRealTimers();
});

test('silence over the limit is told once', () => {
  vi.advanceTimersByTime(400);
  expect(silent).toBe(0);
  vi.advanceTimersByTime(5_000);
  expect(silent).toBe(1);
  expect(pings).toEqual([1, 2, 3, 4]);
});

test('a sign of life starts the wait again', () => {
  for (let round = 0; round < 20; round += 1) {
    vi.advanceTimersByTime(300);
    watchdog.alive();
  }
  expect(silent).toBe(0);
});

test('silence while nobody reads does not count', () => {
  watchdog.pause();
  vi.advanceTimersByTime(5_000);
  expect(silent).toBe(0);
  watchdog.resume();
  vi.advanceTimersByTime(400);
  expect(silent).toBe(0);
  vi.advanceTimersByTime(200);
  expect(silent).toBe(1);
});

test('time in which the executor itself stood still does not count', () => {
  vi.advanceTimersByTime(100);
  vi.setSystemTime(Date.now() + 60_000);
  vi.advanceTimersByTime(200);
  expect(silent).toBe(0);
});
