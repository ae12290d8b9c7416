import { workflowDefinitionSchema } from '@agentweaver/core/definition/workflow-definition';
import type { EngineEvent } from '@agentweaver/core/engine/events';
import { beforeEach, describe, expect, test } from 'vitest';
import { createStepLedger, type StepLedger } from './step-ledger.ts';

const definition = workflowDefinitionSchema.parse({
  nodes: ['a', 'b', 'c'].map((id) => ({ id, type: 'code', name: id })),
  edges: [],
});
const at = 1;
const started: EngineEvent = { type: 'execution_started', at, resumedSteps: 0 };
const start = (nodeId: string): EngineEvent => ({ type: 'step_started', at, nodeId, attempt: 1, input: null });
const complete = (nodeId: string): EngineEvent => ({
  type: 'step_completed',
  at,
  nodeId,
  attempt: 1,
  output: 1,
  ports: ['out'],
});
const log = (nodeId: string): EngineEvent => ({ type: 'step_log', at, nodeId, level: 'info', message: 'm' });
const done: EngineEvent = { type: 'execution_completed', at, results: 1 };

let ledger: StepLedger;
beforeEach(() => {
  ledger = createStepLedger({ definition, finishedSteps: [{ status: 'skipped', nodeId: 'c' }] });
});

describe('an honest engine', () => {
  test('is followed from start to end', () => {
    for (const event of [started, start('a'), start('b'), log('a'), complete('a')])
      expect(ledger.accept(event)).toBe(true);
    expect(ledger.running()).toEqual(['b']);
    expect(ledger.accept(log('a'))).toBe(false);
    expect(ledger.accept(complete('b'))).toBe(true);
    expect(ledger.accept(done)).toBe(true);
  });

  test('may retry a step', () => {
    const error = { code: 'node_failed' as const, message: 'm' };
    ledger.accept(started);
    ledger.accept(start('a'));
    expect(ledger.accept({ type: 'step_retrying', at, nodeId: 'a', attempt: 1, delayMs: 5, error })).toBe(true);
    expect(ledger.accept({ ...start('a'), attempt: 2 } as EngineEvent)).toBe(true);
    expect(ledger.accept(complete('a'))).toBe(true);
  });
});

describe('a dishonest one is stopped', () => {
  const cases: [string, EngineEvent[]][] = [
    ['a node that does not exist', [started, start('zz')]],
    ['an end without a start', [started, complete('a')]],
    ['a second end', [started, start('a'), complete('a'), complete('a')]],
    ['a finished step from before', [started, start('c')]],
    ['events before the start', [start('a')]],
    ['a second start', [started, started]],
    ['completed with running steps', [started, start('a'), done]],
    ['anything after the end', [started, done, start('a')]],
    ['a cancel of its own', [started, { type: 'execution_cancelled', at }]],
    ['a skipped step that ran', [started, start('a'), { type: 'step_skipped', at, nodeId: 'a', reason: 'r' }]],
  ];
  test.each(cases)('%s', (_name, events) => {
    const last = events.at(-1);
    for (const event of events.slice(0, -1)) ledger.accept(event);
    expect(() => last && ledger.accept(last)).toThrow(/broke the protocol/);
  });
});

test('running steps are closed, with the error for the one at fault', () => {
  for (const event of [started, start('a'), start('b')]) ledger.accept(event);
  const error = { code: 'sandbox_out_of_memory' as const, message: 'm' };
  expect(ledger.closeRunning({ at: 9, failed: new Map([['b', error]]) })).toEqual([
    { type: 'step_cancelled', at: 9, nodeId: 'a' },
    { type: 'step_failed', at: 9, nodeId: 'b', attempt: 1, error, continued: false },
  ]);
  expect(ledger.running()).toEqual([]);
});
