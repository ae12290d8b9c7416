import { workflowDefinitionSchema } from '@agentweaver/core/definition/workflow-definition';
import { describe, expect, it } from 'vitest';
import type { RoundCounts, StepView } from '../execution-view.ts';
import { statusOfRounds } from '../round-status.ts';
import { listSteps } from './list-steps.ts';

const at = (second: number) => new Date(Date.UTC(2026, 10, 21, 12, 0, second));

const counts = (nodeId: string, more: Partial<RoundCounts>): RoundCounts => ({
  nodeId,
  nodeType: 'agent',
  nodeName: nodeId,
  ports: [],
  reason: null,
  total: 4,
  running: 0,
  waiting: 0,
  completed: 0,
  failed: 0,
  skipped: 0,
  cancelled: 0,
  inputTokens: 10,
  outputTokens: 20,
  costUsd: 0.5,
  cpuMs: 120,
  memoryPeakKib: 90_112,
  startedAt: at(3),
  completedAt: at(9),
  ...more,
});

const definition = workflowDefinitionSchema.parse({
  nodes: ['first', 'each', 'draft'].map((id) => ({ id, type: 'transform', name: id })),
  edges: [],
});

const step = (nodeId: string, second: number): StepView => {
  const [blank] = listSteps({ ...definition, nodes: definition.nodes.slice(0, 1) }, { steps: {}, rounds: {} });
  if (!blank) throw new Error('a definition with one node has one step');
  return { ...blank, nodeId, nodeName: nodeId, status: 'completed', startedAt: at(second) };
};

describe('statusOfRounds', () => {
  it.each([
    [{ running: 1, failed: 3 }, 'running'],
    [{ waiting: 1, completed: 3 }, 'waiting'],
    [{ failed: 1, completed: 3 }, 'failed'],
    [{ completed: 3, skipped: 1 }, 'completed'],
    [{ skipped: 4 }, 'skipped'],
    [{ total: 0 }, 'pending'],
  ] as const)('says %o is %s', (standing, status) => {
    expect(statusOfRounds(counts('draft', standing))).toBe(status);
  });
});

describe('listSteps', () => {
  it('orders by start, and has the runs of a node as one step with their sums', () => {
    const steps = listSteps(definition, {
      steps: { each: step('each', 2), first: step('first', 1) },
      rounds: { draft: counts('draft', { completed: 3, running: 1 }) },
    });
    expect(steps.map(({ nodeId, status }) => `${nodeId} ${status}`)).toEqual([
      'first completed',
      'each completed',
      'draft running',
    ]);
    expect(steps[2]).toMatchObject({ costUsd: 0.5, inputTokens: 10, completedAt: null, durationMs: null });
  });

  it('has what was reused before everything that ran', () => {
    const reused = { ...step('each', 0), startedAt: null, reusedFromId: 'before' };
    const steps = listSteps(definition, { steps: { draft: step('draft', 1), each: reused }, rounds: {} });
    expect(steps.map(({ nodeId }) => nodeId)).toEqual(['each', 'draft', 'first']);
  });
  it('does not wait for what is in a container that is over', () => {
    const nodes = [
      { id: 'each', type: 'map', name: 'each' },
      { id: 'draft', type: 'transform', name: 'draft', parent: 'each' },
    ];
    const mapped = workflowDefinitionSchema.parse({ nodes, edges: [] });
    const statusOfDraft = (each: StepView) =>
      listSteps(mapped, { steps: { each }, rounds: {} }).find(({ nodeId }) => nodeId === 'draft')?.status;
    expect(statusOfDraft(step('each', 1))).toBe('skipped');
    expect(statusOfDraft({ ...step('each', 1), status: 'running' })).toBe('pending');
  });
  it('lists the steps of a workflow that ran inside a step after it', () => {
    const steps = listSteps(definition, {
      steps: { first: step('first', 1) },
      rounds: { inner: counts('inner', { completed: 4 }) },
    });
    expect(steps.map(({ nodeId }) => nodeId)).toEqual(['first', 'inner', 'each', 'draft']);
    expect(steps[1]).toMatchObject({ status: 'completed', durationMs: 6_000 });
  });
});
