import { describe, expect, it } from 'vitest';
import type { RoundCounts, StepStatus, StepView } from '../../executions/execution-view.ts';
import { bodyProgress, doneRounds, edgeUse, nodeStatus, runsOfNode } from './node-run.ts';

const step = (nodeId: string, status: StepStatus, more: Partial<StepView> = {}): StepView => ({
  nodeId,
  iteration: '',
  nodeType: 'transform',
  nodeName: nodeId,
  status,
  attempts: 1,
  ports: status === 'completed' ? ['out'] : [],
  error: null,
  reason: null,
  model: null,
  inputTokens: 0,
  outputTokens: 0,
  costUsd: 0,
  startedAt: null,
  completedAt: null,
  durationMs: null,
  cpuMs: null,
  memoryPeakKib: null,
  cached: false,
  reusedFromId: null,
  edited: false,
  ...more,
});
const rounds = (counts: Partial<RoundCounts>): RoundCounts => ({
  ...step('a', 'completed'),
  total: 0,
  running: 0,
  waiting: 0,
  completed: 0,
  failed: 0,
  skipped: 0,
  cancelled: 0,
  ...counts,
});
const edge = { id: 'e', source: 'a', sourcePort: 'out', target: 'b', targetPort: 'in' };

describe('nodeStatus', () => {
  it('says of several runs what people must know first', () => {
    expect(nodeStatus(undefined, rounds({ running: 1, failed: 3, completed: 9 }))).toBe('running');
    expect(nodeStatus(undefined, rounds({ waiting: 1, failed: 3 }))).toBe('waiting');
    expect(nodeStatus(step('a', 'completed'), rounds({ failed: 1, completed: 9 }))).toBe('failed');
    expect(nodeStatus(undefined, rounds({ completed: 2, skipped: 4 }))).toBe('completed');
    expect(nodeStatus(undefined, rounds({ skipped: 4 }))).toBe('skipped');
  });
  it('is the step’s own without rounds', () => {
    expect(nodeStatus(step('a', 'failed'), undefined)).toBe('failed');
    expect(nodeStatus(undefined, undefined)).toBeUndefined();
  });
  it('counts whatever is over', () => expect(doneRounds(rounds({ completed: 2, failed: 1, running: 4 }))).toBe(3));
});

it('tells how far a container is from the nodes of its body', () => {
  const known = {
    a: rounds({ total: 5, completed: 4, running: 1 }),
    b: rounds({ total: 4, completed: 2, failed: 1, running: 1 }),
  };
  expect(bodyProgress(known, ['a', 'b'])).toEqual({ total: 5, done: 3, failed: 1 });
  expect(bodyProgress(known, ['a', 'c'])).toEqual({ total: 5, done: 0, failed: 0 });
  expect(bodyProgress({}, ['a'])).toBeUndefined();
});

describe('edgeUse', () => {
  it('goes by the port that was taken', () => {
    const steps = { a: step('a', 'completed'), b: step('b', 'running') };
    expect(edgeUse({ steps, rounds: {} }, edge)).toBe('flowing');
    expect(edgeUse({ steps, rounds: {} }, { ...edge, sourcePort: 'error' })).toBe('idle');
  });
  it('shows the way of a failed step that went on', () => {
    const steps = { a: step('a', 'failed', { ports: ['error'] }), b: step('b', 'completed') };
    expect(edgeUse({ steps, rounds: {} }, { ...edge, sourcePort: 'error' })).toBe('taken');
  });
  it('follows the target where the source ran several times', () => {
    const several = { a: rounds({ completed: 3 }), b: rounds({ running: 1, completed: 2 }) };
    expect(edgeUse({ steps: {}, rounds: several }, edge)).toBe('flowing');
    expect(edgeUse({ steps: {}, rounds: { ...several, b: rounds({ skipped: 3 }) } }, edge)).toBe('idle');
  });
  it('goes by the last round’s port where the target ran once after several rounds', () => {
    const known = { steps: { b: step('b', 'completed') }, rounds: { a: rounds({ completed: 2, ports: ['pass'] }) } };
    expect(edgeUse(known, { ...edge, sourcePort: 'pass' })).toBe('taken');
    expect(edgeUse(known, { ...edge, sourcePort: 'fail' })).toBe('idle');
  });
});

it('lists the runs of a node, the newest last', () => {
  const steps = {
    'each[1]/a': step('a', 'completed', { iteration: 'each[1]', startedAt: new Date(2) }),
    'each[0]/a': step('a', 'completed', { iteration: 'each[0]', startedAt: new Date(1) }),
    b: step('b', 'completed'),
  };
  expect(runsOfNode(steps, 'a').map((run) => run.iteration)).toEqual(['each[0]', 'each[1]']);
  expect(runsOfNode(steps, 'c')).toEqual([]);
});
