import type { WorkflowEdge, WorkflowNode } from '@agentweaver/core/definition/workflow-definition';
import { describe, expect, it } from 'vitest';
import { previewOf, variablesFor } from './variables.ts';

const node = (id: string, type = 'agent', config: Record<string, unknown> = {}): WorkflowNode => ({
  id,
  type,
  name: id.toUpperCase(),
  position: { x: 0, y: 0 },
  config,
});
const edge = (source: string, target: string): WorkflowEdge => ({
  id: `${source}-${target}`,
  source,
  sourcePort: 'out',
  target,
  targetPort: 'in',
});

const nodes = [
  node('start', 'input', { fields: [{ name: 'topic', label: 'Topic' }] }),
  node('a'),
  node('b'),
  node('side'),
];
const edges = [edge('start', 'a'), edge('a', 'b'), edge('start', 'side')];
const paths = (nodeId: string, outputs: Record<string, unknown> = {}) =>
  variablesFor({ nodes, edges, nodeId, outputs }).map((one) => one.path);

describe('variablesFor', () => {
  it('offers true ancestors only', () => {
    expect(paths('b')).toContain('steps.a.output');
    expect(paths('b')).not.toContain('steps.side.output');
    expect(paths('b')).not.toContain('steps.b.output');
    expect(paths('a')).not.toContain('steps.b.output');
  });
  it('offers the declared input fields', () => expect(paths('a')).toContain('input.topic'));
  it('offers the fields of the last values, two levels deep, quoting odd names', () => {
    const found = paths('b', { a: { category: 'x', nested: { one: { two: 1 } }, 'odd name': 1 } });
    expect(found).toContain('steps.a.output.category');
    expect(found).toContain('previous.nested.one');
    expect(found).toContain('steps.a.output.`odd name`');
    expect(found).not.toContain('steps.a.output.nested.one.two');
  });
  it('offers no previous to a node without predecessors', () => expect(paths('start')).not.toContain('previous'));
});

describe('previewOf', () => {
  it('is one short line', () => {
    expect(previewOf('a\n  b')).toBe('a b');
    expect(previewOf({ a: 1 })).toBe('{"a":1}');
    expect(previewOf('x'.repeat(500)).length).toBeLessThanOrEqual(60);
    expect(previewOf(undefined)).toBe('');
  });
});
