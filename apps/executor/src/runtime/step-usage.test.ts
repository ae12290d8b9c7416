import type { EngineEvent } from '@agentweaver/core/engine/events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createStepUsage } from './step-usage.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const started = (nodeId: string, iteration = ''): EngineEvent => ({
  type: 'step_started',
  at: 1,
  nodeId,
  iteration,
  attempt: 1,
  input: null,
});
const completed = (nodeId: string, iteration = ''): EngineEvent => ({
  type: 'step_completed',
  at: 1,
  nodeId,
  iteration,
  attempt: 1,
  output: null,
  ports: [],
});

const setup = () => {
  const meters = { cpuMs: 0, mib: 50, highWaterMib: 50 };
  const usage = createStepUsage({
    cpu: () => meters.cpuMs * 1_000,
    memory: () => meters.mib * 1024,
    highWater: () => meters.highWaterMib * 1024,
    now: () => Date.now(),
  });
  const end = (nodeId: string, iteration?: string) => {
    const event = usage.follow(completed(nodeId, iteration));
    if (event.type !== 'step_completed') throw new Error('another event');
    return { cpuMs: event.cpuMs, mib: (event.memoryPeakKib ?? 0) / 1024 };
  };
  return { meters, usage, end };
};

test('the time of the thread is shared among the steps that run, and what ran between steps is nobody’s', () => {
  const { meters, usage, end } = setup();
  meters.cpuMs = 100;
  usage.follow(started('a'));
  meters.cpuMs += 10;
  usage.follow(started('b'));
  meters.cpuMs += 30;
  expect(end('a').cpuMs).toBe(10 + 15);
  meters.cpuMs += 7;
  expect(end('b').cpuMs).toBe(15 + 7);
  meters.cpuMs += 50;
  usage.follow(started('c'));
  expect(end('c').cpuMs).toBe(0);
});

test('the time of a thread that ran code for one step goes to that step', () => {
  const { meters, usage, end } = setup();
  usage.follow(started('a'));
  usage.follow(started('b'));
  usage.addCpu({ nodeId: 'b', iteration: '' }, 400_000);
  meters.cpuMs += 2;
  expect([end('a').cpuMs, end('b').cpuMs]).toEqual([1, 401]);
});

test('a container takes no part while steps run inside it', () => {
  const { meters, usage, end } = setup();
  usage.follow(started('each'));
  meters.cpuMs += 3;
  for (const index of [0, 1]) usage.follow(started('work', `each[${index}]`));
  usage.follow(started('deep', 'each[1]/work#2[0]'));
  meters.cpuMs += 20;
  expect(end('deep', 'each[1]/work#2[0]').cpuMs).toBe(10);
  expect(end('work', 'each[0]').cpuMs).toBe(10);
  expect(end('work', 'each[1]').cpuMs).toBe(0);
  meters.cpuMs += 4;
  expect(end('each').cpuMs).toBe(7);
});

test('the peak of memory is the highest of what was seen, or what the step drove it to', () => {
  const { meters, usage, end } = setup();
  usage.follow(started('seen'));
  meters.mib = 80;
  vi.advanceTimersByTime(100);
  meters.mib = 60;
  vi.advanceTimersByTime(100);
  expect(end('seen').mib).toBe(80);
  usage.follow(started('spike'));
  meters.highWaterMib = 300;
  expect(end('spike').mib).toBe(300);
  // The high-water mark is an old one now.
  vi.advanceTimersByTime(100);
  usage.follow(started('small'));
  expect(end('small').mib).toBe(60);
});

test('a further attempt goes on, a cancelled step is forgotten, and nothing is measured while nothing runs', () => {
  const { meters, usage, end } = setup();
  usage.follow(started('again'));
  meters.cpuMs += 5;
  usage.follow({ type: 'step_retrying', at: 1, nodeId: 'again', iteration: '', attempt: 1, delayMs: 1, error: ERROR });
  usage.follow(started('again'));
  usage.follow(started('gone'));
  usage.follow({ type: 'step_cancelled', at: 1, nodeId: 'gone', iteration: '' });
  meters.cpuMs += 5;
  expect(end('again').cpuMs).toBe(10);
  expect(vi.getTimerCount()).toBe(0);
  const late = usage.follow(completed('gone'));
  expect(late).toEqual(completed('gone'));
});

test('costs next to nothing', () => {
  vi.useRealTimers();
  const usage = createStepUsage();
  const timeOf = (rounds: number) => {
    const startedAt = performance.now();
    for (let i = 0; i < rounds; i += 1) {
      usage.follow(started('a'));
      usage.follow(completed('a'));
    }
    return ((performance.now() - startedAt) / rounds) * 1_000;
  };
  timeOf(1_000);
  // Of three, because the machine may have other things to do.
  const micros = Math.min(timeOf(3_000), timeOf(3_000), timeOf(3_000));
  expect(micros).toBeLessThan(20);
});

const ERROR = { code: 'node_failed', message: 'no' } as const;
