import { expect, test } from 'vitest';
import { MAX_LOG_MESSAGE } from '../tunables.ts';
import { fitReport } from './fit-report.ts';

const line = { type: 'step_log', at: 1, nodeId: 'a', iteration: '', level: 'info', message: 'm' } as const;

test('a log line that a sandbox sends is cut to what the log keeps', () => {
  const long = fitReport({ ...line, message: 'x'.repeat(1_000_000), metadata: { all: 'y'.repeat(1_000_000) } });
  expect(JSON.stringify(long).length).toBeLessThan(MAX_LOG_MESSAGE + 200);
  expect(fitReport({ ...line, metadata: { a: 1 } })).toEqual({ ...line, metadata: { a: 1 } });
});
