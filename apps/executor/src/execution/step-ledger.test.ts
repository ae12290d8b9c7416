import { workflowDefinitionSchema } from '@agentweaver/core/definition/workflow-definition';
import type { EngineEvent } from '@agentweaver/core/engine/events';
import { NODE_DEFINITIONS } from '@agentweaver/core/nodes/definitions';
import { beforeEach, describe, expect, test } from 'vitest';
import { createStepLedger, type StepLedger } from './step-ledger.ts';

const definition = workflowDefinitionSchema.parse({
  nodes: [
    ...['a', 'b', 'c', 'call'].map((id) => ({ id, type: 'code', name: id })),
    { id: 'each', type: 'map', name: 'each', config: NODE_DEFINITIONS.map.defaults },
    { id: 'inner', type: 'code', name: 'inner', parent: 'each' },
    { id: 'review', type: 'evaluate', name: 'review', config: NODE_DEFINITIONS.evaluate.defaults },
  ],
  edges: [],
});
const at = 1;
const started: EngineEvent = { type: 'execution_started', at, resumedSteps: 0 };
const start = (nodeId: string, iteration = ''): EngineEvent => ({
  type: 'step_started',
  at,
  nodeId,
  iteration,
  attempt: 1,
  input: null,
});
const complete = (nodeId: string, iteration = '', ports = ['out']): EngineEvent => ({
  type: 'step_completed',
  at,
  nodeId,
  iteration,
  attempt: 1,
  output: 1,
  ports,
});
const log = (nodeId: string): EngineEvent => ({
  type: 'step_log',
  at,
  nodeId,
  iteration: '',
  level: 'info',
  message: 'm',
});
const wait = (nodeId: string, iteration = ''): EngineEvent => ({
  type: 'step_waiting',
  at,
  nodeId,
  iteration,
  attempt: 1,
  kind: 'human',
});
const waiting: EngineEvent = { type: 'execution_waiting', at, waits: [{ nodeId: 'a', iteration: '', kind: 'human' }] };
const done: EngineEvent = { type: 'execution_completed', at, results: 1 };

let ledger: StepLedger;
beforeEach(() => {
  ledger = createStepLedger({
    definition,
    finishedSteps: [{ status: 'skipped', nodeId: 'c', iteration: '' }],
    maxSteps: 8,
  });
});
const accept = (...events: EngineEvent[]) => events.map((event) => ledger.accept(event));

describe('an honest engine', () => {
  test('is followed from start to end', () => {
    expect(accept(started, start('a'), start('b'), log('a'), complete('a'))).not.toContain(false);
    expect(ledger.running()).toEqual([{ nodeId: 'b', iteration: '' }]);
    expect(ledger.accept(log('a'))).toBe(false);
    expect(accept(complete('b'), done)).toEqual([true, true]);
  });

  test('may retry a step', () => {
    const error = { code: 'node_failed' as const, message: 'm' };
    accept(started, start('a'));
    expect(
      ledger.accept({ type: 'step_retrying', at, nodeId: 'a', iteration: '', attempt: 1, delayMs: 5, error }),
    ).toBe(true);
    expect(ledger.accept({ ...start('a'), attempt: 2 } as EngineEvent)).toBe(true);
    expect(ledger.accept(complete('a'))).toBe(true);
  });

  test('runs the body of a container while the container runs', () => {
    accept(started, start('each'), start('inner', 'each[0]'), start('inner', 'each[1]'));
    expect(ledger.isRunning({ nodeId: 'inner', iteration: 'each[1]' })).toBe(true);
    expect(ledger.findNode({ nodeId: 'inner', iteration: 'each[7]' })?.name).toBe('inner');
    accept(complete('inner', 'each[0]'), complete('inner', 'each[1]'), complete('each'), done);
  });

  test('sends steps round again that an evaluation is not satisfied with', () => {
    accept(started, start('a'), complete('a'), start('review'), complete('review', '', ['back']));
    accept(start('a', 'review[1]'), complete('a', 'review[1]'), start('review', 'review[1]'));
    accept(complete('review', 'review[1]', ['back']), start('a', 'review[2]'));
    expect(ledger.running()).toEqual([{ nodeId: 'a', iteration: 'review[2]' }]);
  });

  test('waits for what the host said takes long, and so does a container for its body', () => {
    accept(started, start('each'), start('inner', 'each[0]'));
    ledger.suspended({ nodeId: 'inner', iteration: 'each[0]' });
    accept(wait('inner', 'each[0]'), wait('each'), waiting);
    expect(ledger.closeRunning({ at: 9 }).map((event) => 'nodeId' in event && event.nodeId)).toEqual(['inner', 'each']);
  });

  test('runs a workflow inside the step that was given it', () => {
    accept(started, start('call'));
    const nested = workflowDefinitionSchema.parse({ nodes: [{ id: 'deep', type: 'code', name: 'Deep' }], edges: [] });
    ledger.loaded({ nodeId: 'call', iteration: '' }, { id: 'w', name: 'w', versionNumber: 1, definition: nested });
    accept(start('deep', 'call[0]'), complete('deep', 'call[0]'), complete('call'));
    expect(ledger.findNode({ nodeId: 'deep', iteration: 'call[0]' })?.name).toBe('Deep');
  });
});

test('pieces of text are the executor’s own to publish', () => {
  accept(started, start('a'));
  expect(ledger.accept({ type: 'step_delta', at, nodeId: 'a', iteration: '', text: 'x' })).toBe(false);
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
    [
      'a skipped step that ran',
      [started, start('a'), { type: 'step_skipped', at, nodeId: 'a', iteration: '', reason: 'r' }],
    ],
    ['a body without its container', [started, start('inner', 'each[0]')]],
    ['a body outside of its container', [started, start('inner')]],
    ['a body that outlives its container', [started, start('each'), start('inner', 'each[0]'), complete('each')]],
    ['a top step in a container', [started, start('each'), start('a', 'each[0]')]],
    ['an iteration that is none', [started, start('each'), start('inner', 'each')]],
    ['a round that no evaluation asked for', [started, start('review'), complete('review'), start('a', 'review[1]')]],
    ['a workflow that was not loaded', [started, start('call'), start('deep', 'call[0]')]],
    ['a wait that the host knows nothing of', [started, start('a'), wait('a')]],
    ['waiting with nothing that waits', [started, waiting]],
  ];
  test.each(cases)('%s', (_name, events) => {
    const last = events.at(-1);
    for (const event of events.slice(0, -1)) ledger.accept(event);
    expect(() => last && ledger.accept(last)).toThrow(/broke the protocol/);
  });

  test('attempts without end', () => {
    const small = createStepLedger({ definition, finishedSteps: [], maxEvents: 5 });
    const error = { code: 'node_failed' as const, message: 'm' };
    const again: EngineEvent = { type: 'step_retrying', at, nodeId: 'a', iteration: '', attempt: 1, delayMs: 0, error };
    for (const event of [started, start('a'), again, again, again, again]) small.accept(event);
    expect(() => small.accept(again)).toThrow(/is the most/);
  });

  test('steps without end', () => {
    accept(started, start('each'));
    const rounds = Array.from({ length: 10 }, (_, index) => start('inner', `each[${index}]`));
    expect(() => accept(...rounds)).toThrow(/has run 8 steps/);
  });
});

test('running steps are closed, with the error for the one at fault', () => {
  accept(started, start('a'), start('b'));
  const error = { code: 'sandbox_out_of_memory' as const, message: 'm' };
  expect(ledger.closeRunning({ at: 9, failed: new Map([['b', error]]) })).toEqual([
    { type: 'step_failed', at: 9, nodeId: 'b', iteration: '', attempt: 1, error, continued: false },
    { type: 'step_cancelled', at: 9, nodeId: 'a', iteration: '' },
  ]);
  expect(ledger.running()).toEqual([]);
});
