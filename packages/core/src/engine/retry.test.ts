import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EXECUTION_ERRORS, ExecutionError, type ExecutionErrorCode } from './execution-errors.ts';
import { delayBeforeRetry } from './retry.ts';

const POLICY = { maxAttempts: 3, backoffMs: 100, backoffFactor: 2 };
const failure = (code: ExecutionErrorCode, retryAfterMs?: number) =>
  new ExecutionError({ code, message: 'boo' }, { retryAfterMs });

describe('delayBeforeRetry', () => {
  it('grows by the factor, for as many attempts as there are', () => {
    const delays = [1, 2, 3, 4].map((attempt) => delayBeforeRetry(POLICY, attempt, failure('http_failed')));
    expect(delays).toEqual([100, 200, undefined, undefined]);
  });

  it('gives no other attempt without a policy', () => {
    expect(delayBeforeRetry(undefined, 1, failure('http_failed'))).toBeUndefined();
  });

  it.each(Object.entries(EXECUTION_ERRORS))('knows whether %s may pass another time', (code, { retryable }) => {
    const delay = delayBeforeRetry(POLICY, 1, failure(code as ExecutionErrorCode));
    expect(delay).toBe(retryable ? 100 : undefined);
  });

  it('repeats what failed for a reason that nobody named', () => {
    expect(delayBeforeRetry(POLICY, 2, new Error('boo'))).toBe(200);
    expect(delayBeforeRetry(POLICY, 2, 'boo')).toBe(200);
  });

  it('waits as long as it was asked to, but not shorter than its own backoff', () => {
    expect(delayBeforeRetry(POLICY, 1, failure('model_rate_limited', 5_000))).toBe(5_000);
    expect(delayBeforeRetry(POLICY, 1, failure('model_rate_limited', 50))).toBe(100);
  });

  it('waits five minutes at most, if nobody asks for more', () => {
    const policy = { maxAttempts: 10, backoffMs: 200_000, backoffFactor: 10 };
    expect(delayBeforeRetry(policy, 1, failure('http_failed'))).toBe(200_000);
    expect(delayBeforeRetry(policy, 2, failure('http_failed'))).toBe(300_000);
    expect(delayBeforeRetry(policy, 2, failure('model_rate_limited', 400_000))).toBe(400_000);
  });

  it('never waits less the next time', () => {
    const policies = fc.record({
      maxAttempts: fc.constant(10),
      backoffMs: fc.integer({ min: 0, max: 300_000 }),
      backoffFactor: fc.double({ min: 1, max: 10, noNaN: true }),
    });
    fc.assert(
      fc.property(policies, fc.integer({ min: 1, max: 8 }), (policy, attempt) => {
        const delay = delayBeforeRetry(policy, attempt, failure('http_failed')) ?? Number.NaN;
        expect(delayBeforeRetry(policy, attempt + 1, failure('http_failed'))).toBeGreaterThanOrEqual(delay);
        expect(delay).toBeLessThanOrEqual(300_000);
      }),
      { numRuns: 500 },
    );
  });
});
