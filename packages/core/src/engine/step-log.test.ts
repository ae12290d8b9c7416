import { describe, expect, it } from 'vitest';
import type { EngineEvent } from './events.ts';
import { createStepLog } from './step-log.ts';

const lines = (write: (log: ReturnType<typeof createStepLog>) => void): EngineEvent[] => {
  const events: EngineEvent[] = [];
  write(createStepLog({ step: { nodeId: 'a', iteration: '' }, now: () => 1, emit: (event) => events.push(event) }));
  return events;
};

describe('createStepLog', () => {
  it('writes lines with their metadata', () => {
    expect(lines((log) => log('info', 'hello', { status: 200 }))).toEqual([
      {
        type: 'step_log',
        at: 1,
        nodeId: 'a',
        iteration: '',
        level: 'info',
        message: 'hello',
        metadata: { status: 200 },
      },
    ]);
  });

  it('cuts long messages and drops metadata that is too large or not JSON', () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    const events = lines((log) => {
      log('info', 'x'.repeat(50_000));
      log('info', 'large', { text: 'x'.repeat(50_000) });
      log('info', 'circle', circle);
    });
    expect(events[0]).toMatchObject({ message: expect.stringMatching(/^x{10000}… \(cut\)$/) });
    expect(events.slice(1)).toMatchObject([
      { metadata: { dropped: 'too large' } },
      { metadata: { dropped: 'not JSON' } },
    ]);
  });
});
