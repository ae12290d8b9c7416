import type { WorkflowEdge } from '@agentweaver/core/definition/workflow-definition';
import { workflowDefinitionSchema } from '@agentweaver/core/definition/workflow-definition';
import { describe, expect, it } from 'vitest';
import type { StepStatus } from '../execution-view.ts';
import { boxesOf, edgeState, runNodes } from './graph-elements.ts';

const edge: WorkflowEdge = { id: 'e', source: 'check', sourcePort: 'true', target: 'next', targetPort: 'in' };
const state = (source: StepStatus, ports: string[], target: StepStatus) =>
  edgeState(edge, { check: { status: source, ports }, next: { status: target, ports: [] } });

describe('edgeState', () => {
  it.each([
    ['pending', [], 'pending', 'pending'],
    ['running', [], 'pending', 'pending'],
    ['completed', ['true'], 'pending', 'taken'],
    ['completed', ['true'], 'running', 'flowing'],
    ['completed', ['true'], 'completed', 'taken'],
    ['completed', ['false'], 'skipped', 'dead'],
    // Joined from elsewhere: the step ran, but not by this edge.
    ['completed', ['false'], 'completed', 'dead'],
    ['skipped', [], 'skipped', 'dead'],
    ['failed', [], 'pending', 'dead'],
    // On error: continue.
    ['failed', [], 'running', 'flowing'],
    ['failed', [], 'completed', 'taken'],
  ] as const)('source %s by %j, target %s: %s', (source, ports, target, expected) => {
    expect(state(source, [...ports], target)).toBe(expected);
  });

  it('is pending before anything is known', () => expect(edgeState(edge, {})).toBe('pending'));
});

it('draws a port that an edge uses although the type no longer has it', () => {
  const definition = workflowDefinitionSchema.parse({
    nodes: [
      { id: 'old', type: 'from_the_future', name: 'Old', config: {} },
      { id: 'next', type: 'output', name: 'Next', config: {} },
    ],
    edges: [{ id: 'e', source: 'old', sourcePort: 'left', target: 'next' }],
  });
  const [old, next] = runNodes(definition);
  expect(old?.data.outputs).toEqual([{ id: 'left', label: 'left' }]);
  expect(old?.data.inputs).toBe(false);
  expect(next?.data.inputs).toBe(true);
});

it('draws what contains others as a frame before what is in it, with places that are relative to it', () => {
  const definition = workflowDefinitionSchema.parse({
    nodes: [
      { id: 'inner', type: 'transform', name: 'Inner', parent: 'each', position: { x: 100, y: 100 } },
      { id: 'each', type: 'map', name: 'Each', parent: 'area', size: { width: 500, height: 200 } },
      { id: 'area', type: 'group', name: 'Area', position: { x: -1_000, y: 0 }, size: { width: 1_000, height: 400 } },
      { id: 'lost', type: 'output', name: 'Lost', parent: 'gone', position: { x: 0, y: 0 } },
    ],
    edges: [],
  });
  const nodes = runNodes(definition);
  expect(nodes.map(({ id, type, parentId }) => [id, type, parentId])).toEqual([
    ['area', 'frame', undefined],
    ['each', 'frame', 'area'],
    ['lost', 'run', undefined],
    ['inner', 'run', 'each'],
  ]);
  expect(nodes.map((node) => (node.type === 'frame' ? node.data.step : null))).toEqual([false, true, null, null]);
  expect(boxesOf(nodes)).toEqual([
    { x: -840, y: 0, width: 840, height: 304 },
    { x: 0, y: 0, width: 200, height: 70 },
  ]);
});

it('draws a step that failed and took its error port as having taken it', () => {
  const failed = { ...edge, sourcePort: 'error' };
  const steps = { check: { status: 'failed', ports: ['error'] }, next: { status: 'completed', ports: [] } } as const;
  expect(edgeState(failed, { check: { ...steps.check, ports: ['error'] }, next: { ...steps.next, ports: [] } })).toBe(
    'taken',
  );
  expect(edgeState(edge, { check: { ...steps.check, ports: ['error'] }, next: { ...steps.next, ports: [] } })).toBe(
    'dead',
  );
});
