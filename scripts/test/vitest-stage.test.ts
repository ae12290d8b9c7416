import { describe, expect, it } from 'vitest';
import { inRoot } from '../lib/paths.ts';
import { summarise } from './vitest-stage.ts';

const file = (status: string, ...tests: [status: string, fullName: string][]) => ({
  name: inRoot('tests/integration/queue.test.ts'),
  status,
  assertionResults: tests.map(([state, fullName]) => ({ status: state, fullName })),
});

describe('summarise', () => {
  it('counts tests, and names those that were left out', () => {
    const testResults = [file('passed', ['passed', 'adds'], ['skipped', 'on Redis adds'], ['todo', 'later'])];
    const result = summarise({ numPassedTests: 1, numFailedTests: 0, testResults }, 0);
    expect(result).toMatchObject({ passed: 1, failed: 0, skipped: 2 });
    expect(result.leftOut[0]).toBe('tests/integration/queue.test.ts: on Redis adds');
  });

  it('counts a file that could not be loaded as a failure', () => {
    const testResults = [file('failed'), file('failed', ['failed', 'adds'])];
    expect(summarise({ numPassedTests: 0, numFailedTests: 1, testResults }, 1).failed).toBe(2);
  });

  it('never passes a run that ended badly', () => {
    expect(summarise(undefined, 0).failed).toBe(1);
    expect(summarise({ numPassedTests: 3, numFailedTests: 0, testResults: [] }, 1).failed).toBe(1);
  });
});
