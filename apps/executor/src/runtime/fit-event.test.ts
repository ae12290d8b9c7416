import type { EngineEvent } from '@agentweaver/core/engine/events';
import { expect, test } from 'vitest';
import { MAX_LOG_MESSAGE, MAX_REPORT_BYTES } from '../tunables.ts';
import { fitEvent } from './fit-event.ts';

const big = 'é'.repeat(600);
const started: EngineEvent = { type: 'step_started', at: 1, nodeId: 'a', iteration: '', attempt: 1, input: big };
const completed: EngineEvent = {
  type: 'step_completed',
  at: 1,
  nodeId: 'a',
  iteration: '',
  attempt: 1,
  output: big,
  ports: ['out'],
};
const ended: EngineEvent = { type: 'execution_completed', at: 1, results: big };

test('what fits stays as it is', () => {
  for (const event of [started, completed, ended]) expect(fitEvent(event, 1_202)).toEqual({ event });
});

test('an input is only shown, so it is left out; the size counts in bytes', () => {
  expect(fitEvent(started, 1_201)).toEqual({ event: { ...started, input: '(0.0 MB, too large to keep)' } });
});

test('an output and the results are needed, so they fail', () => {
  expect(fitEvent(completed, 1_201)).toMatchObject({ tooLarge: { code: 'output_too_large', nodeId: 'a' } });
  expect(fitEvent(ended, 1_201)).toMatchObject({
    tooLarge: { code: 'output_too_large', message: expect.stringContaining('result') },
  });
});

test('a log line is cut, and loses metadata that is too long', () => {
  const line = {
    type: 'step_log',
    at: 1,
    nodeId: 'a',
    iteration: '',
    level: 'info',
    message: 'x'.repeat(MAX_LOG_MESSAGE + 5),
  } satisfies EngineEvent;
  const fitted = fitEvent({ ...line, metadata: { text: 'y'.repeat(MAX_LOG_MESSAGE) } });
  expect(fitted).toEqual({ event: { ...line, message: `${'x'.repeat(MAX_LOG_MESSAGE)}… (cut)` } });
  expect(fitEvent({ ...line, message: 'm', metadata: { a: 1 } })).toMatchObject({
    event: { message: 'm', metadata: { a: 1 } },
  });
});

test('what a tool takes and gives is shown up to a length', () => {
  const used = {
    type: 'tool_completed',
    at: 1,
    nodeId: 'a',
    iteration: '',
    callId: 'c',
    tool: 't',
    durationMs: 1,
  } as const;
  expect(fitEvent({ ...used, output: { rows: 1 } })).toEqual({ event: { ...used, output: { rows: 1 } } });
  const fitted = fitEvent({ ...used, output: { text: 'x'.repeat(MAX_REPORT_BYTES) } });
  expect(fitted).toMatchObject({ event: { output: expect.stringMatching(/^\{"text":"x+… \(cut: 66 kB\)$/) } });
});
