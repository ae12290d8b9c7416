import { expect, it } from 'vitest';
import type { EventView } from '../execution-view.ts';
import { toToolUses } from './tool-uses.ts';

const line = (seq: number, type: string, data: Record<string, unknown> | null, message = ''): EventView => ({
  seq,
  type,
  nodeId: 'agent',
  iteration: '',
  level: 'info',
  message,
  data,
  createdAt: new Date(seq),
});

it('pairs the lines of tools that overlap', () => {
  const uses = toToolUses([
    line(1, 'tool_started', { callId: 'a', tool: 'calculator', input: { expression: '1+1' } }),
    line(2, 'tool_started', { callId: 'b', tool: 'web_search', input: { query: 'tea' } }),
    line(3, 'step_log', null),
    line(4, 'tool_completed', { callId: 'b', tool: 'web_search', error: { message: 'no key' }, durationMs: 5 }),
    line(5, 'tool_completed', { callId: 'a', tool: 'calculator', output: 2, durationMs: 9 }),
    line(6, 'tool_started', { callId: 'c', tool: 'calculator', input: {} }),
  ]);
  expect(uses).toEqual([
    { seq: 1, tool: 'calculator', input: { expression: '1+1' }, result: { kind: 'output', value: 2 }, durationMs: 9 },
    {
      seq: 2,
      tool: 'web_search',
      input: { query: 'tea' },
      result: { kind: 'error', message: 'no key' },
      durationMs: 5,
    },
    { seq: 6, tool: 'calculator', input: {}, result: { kind: 'running' }, durationMs: null },
  ]);
});

it('says so when the data were too large to be sent', () => {
  const uses = toToolUses([
    line(1, 'tool_started', null, 'Uses the tool file_read.'),
    line(2, 'tool_completed', null, 'The tool file_read has answered.'),
    line(3, 'tool_completed', null),
  ]);
  expect(uses).toEqual([{ seq: 1, tool: 'file_read', result: { kind: 'large' }, durationMs: null }]);
});
