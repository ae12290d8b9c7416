import type { EngineEvent } from '@agentweaver/core/engine/events';
import { expect, test } from 'vitest';
import { createLogLimit } from './log-limit.ts';

const line = { type: 'step_log', at: 1, nodeId: 'a', iteration: '', level: 'info', message: 'm' } satisfies EngineEvent;
const count = (limit: ReturnType<typeof createLogLimit>, tries: number) =>
  Array.from({ length: tries }, () => limit.allows(line)).filter(Boolean).length;

test('a burst passes, then so many a second, and in all no more than the total', () => {
  let time = 0;
  const limit = createLogLimit({ perSecond: 10, burst: 5, total: 12, now: () => time });
  expect(count(limit, 20)).toBe(5);
  time = 300;
  expect(count(limit, 20)).toBe(3);
  time = 100_000;
  expect(count(limit, 20)).toBe(4);
  time = 200_000;
  expect(count(limit, 20)).toBe(0);
});

test('agents may use tools and send messages so often, apart from log lines', () => {
  const limit = createLogLimit({ burst: 1, reports: 2, now: () => 0 });
  const use = {
    type: 'tool_started',
    at: 1,
    nodeId: 'a',
    iteration: 'each[1]',
    callId: 'c',
    tool: 't',
    input: 1,
  } as const;
  expect([use, use, use].map((event) => limit.allows(event))).toEqual([true, true, false]);
  expect(limit.allows(line)).toBe(true);
  expect(limit.takeDropped(7)).toMatchObject([{ nodeId: 'a', iteration: 'each[1]' }]);
});

test('what was left out is said once', () => {
  const limit = createLogLimit({ burst: 1, now: () => 0 });
  count(limit, 4);
  expect(limit.takeDropped(7)).toMatchObject(
    [{ type: 'step_log', at: 7, nodeId: 'a', level: 'warn', message: /^3 lines/ }].map((event) => ({
      ...event,
      message: expect.stringMatching(event.message),
    })),
  );
  expect(limit.takeDropped(8)).toEqual([]);
});
