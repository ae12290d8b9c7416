import { expect, test } from 'vitest';
import { MAX_LOG_MESSAGE } from '../tunables.ts';
import { fitReport } from './fit-report.ts';

const line = { type: 'step_log', at: 1, nodeId: 'a', iteration: '', level: 'info', message: 'm' } as const;

test('a log line that a sandbox sends is cut to what the log keeps', () => {
  const long = fitReport({ ...line, message: 'x'.repeat(1_000_000), metadata: { all: 'y'.repeat(1_000_000) } });
  expect(JSON.stringify(long).length).toBeLessThan(MAX_LOG_MESSAGE + 200);
  expect(fitReport({ ...line, metadata: { a: 1 } })).toEqual({ ...line, metadata: { a: 1 } });
});

test('what was cut off is let go of', () => {
  const before = process.memoryUsage().heapUsed;
  const kept = Array.from({ length: 100 }, (_, i) => fitReport({ ...line, message: `${i}`.repeat(500_000) }));
  const heldBytes = process.memoryUsage().heapUsed - before;
  expect(kept).toHaveLength(100);
  // A hundred texts of 0.5 to 1 MB; of what is dropped some may not be collected yet.
  expect(heldBytes).toBeLessThan(40e6);
});
