import { describe, expect, it } from 'vitest';
import type { EngineEvent } from './events.ts';
import { createStepLog } from './step-log.ts';
import { createStepReports } from './step-reports.ts';

const reported = (say: (report: ReturnType<typeof createStepReports>) => void): EngineEvent[] => {
  const events: EngineEvent[] = [];
  const told = {
    step: { nodeId: 'a', iteration: 'each[0]' },
    now: () => 1,
    emit: (event: EngineEvent) => events.push(event),
  };
  say(createStepReports({ ...told, log: createStepLog(told) }));
  return events;
};

const started = (callId: string, input: unknown) =>
  ({ type: 'tool_started', callId, tool: 'calculator', input }) as const;
const completed = (callId: string) =>
  ({ type: 'tool_completed', callId, tool: 'calculator', output: 2, durationMs: 5 }) as const;
const said = (content: unknown) =>
  ({
    type: 'message',
    message: { id: '1', from: 'a', to: 'b', kind: 'message', subject: '', content, sentAt: 0, status: 'delivered' },
  }) as const;

describe('createStepReports', () => {
  it('tells what happens in the step, as its own', () => {
    const events = reported((report) => {
      report({ type: 'step_delta', text: 'Hel' });
      report(started('1', 1));
      report(completed('1'));
      report(said('hi'));
    });
    const step = { at: 1, nodeId: 'a', iteration: 'each[0]' };
    expect(events).toEqual([
      { ...step, type: 'step_delta', text: 'Hel' },
      { ...step, ...started('1', 1) },
      { ...step, ...completed('1') },
      { ...step, ...said('hi') },
    ]);
  });

  it('tells an error instead of an output', () => {
    const error = { code: 'tool_failed', message: 'no' } as const;
    const events = reported((report) => {
      report(started('1', 1));
      report({ type: 'tool_completed', callId: '1', tool: 'calculator', error, durationMs: 1 });
    });
    expect(events[1]).toMatchObject({ error });
    expect(events[1]).not.toHaveProperty('output');
  });

  it('cuts what is too large to tell, and says so', () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    const events = reported((report) => {
      report(started('1', { text: 'x'.repeat(60_000) }));
      report(started('2', circle));
      report(started('3', undefined));
      report({ type: 'tool_completed', callId: '1', tool: 't', output: 'y'.repeat(60_000), durationMs: 1 });
      report(said('z'.repeat(60_000)));
    });
    expect(events).toMatchObject([
      { input: expect.stringMatching(/^\{"text":"x{49991}… \(cut: 60011 characters in all\)$/) },
      { input: '(not JSON)' },
      { input: null },
      { output: expect.stringMatching(/^"y{49999}… \(cut/) },
      { message: { content: expect.stringMatching(/^"z{49999}… \(cut/) } },
    ]);
  });

  it('ends after so many reports with a line that says so, and tells the end of each use it told the start of', () => {
    const events = reported((report) => {
      report(started('first', 1));
      for (let index = 0; index < 3_000; index += 1) report(index % 2 ? said('m') : started(`${index}`, 1));
      report(completed('first'));
      report(completed('2998'));
    });
    expect(events.filter(({ type }) => type === 'tool_started' || type === 'message')).toHaveLength(2_000);
    expect(events.filter(({ type }) => type === 'step_log')).toMatchObject([
      { level: 'warn', message: 'This step reported more than 2000 times; the rest is left out.' },
    ]);
    expect(events.filter(({ type }) => type === 'tool_completed')).toMatchObject([{ callId: 'first' }]);
  });

  it('streams so much text and no more', () => {
    const events = reported((report) => {
      for (let index = 0; index < 5; index += 1) report({ type: 'step_delta', text: 'x'.repeat(500_000) });
    });
    expect(events).toHaveLength(4);
  });
});
