import type { WorkflowEdge } from '@agentweaver/core/definition/workflow-definition';
import { workflowDefinitionSchema } from '@agentweaver/core/definition/workflow-definition';
import { describe, expect, it } from 'vitest';
import type { StepStatus } from '../execution-view.ts';
import { edgeState, runNodes } from './graph-elements.ts';

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
