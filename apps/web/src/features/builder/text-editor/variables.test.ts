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
const view = { nodes, edges };
const paths = (nodeId: string, outputs: Record<string, unknown> = {}) =>
  variablesFor({ view, nodeId, outputs }).map((one) => one.path);

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

describe('variablesFor in rounds', () => {
  const inside = {
    nodes: [
      node('start', 'input'),
      node('a'),
      node('each', 'map'),
      { ...node('first'), parent: 'each' },
      { ...node('second'), parent: 'box' },
      { ...node('box', 'group'), parent: 'each' },
      node('again', 'loop'),
      { ...node('body'), parent: 'again' },
      node('check', 'evaluate', { judged: 'a' }),
    ],
    edges: [edge('start', 'a'), edge('a', 'each'), edge('first', 'second'), edge('a', 'check')],
  };
  const seen = (nodeId: string) => variablesFor({ view: inside, nodeId, outputs: {} }).map((one) => one.path);

  it('offers the item and what lies before the container, also through a group', () => {
    expect(seen('first')).toEqual(expect.arrayContaining(['previous', 'item', 'index', 'steps.a.output']));
    expect(seen('second')).toEqual(expect.arrayContaining(['item', 'steps.first.output', 'steps.a.output']));
    expect(seen('second')).not.toContain('steps.each.output');
    expect(seen('a')).not.toContain('item');
  });

  it('offers the number of the round in a loop and to the loop itself, but no item', () => {
    expect(seen('body')).toContain('index');
    expect(seen('body')).not.toContain('item');
    expect(seen('again')).toEqual(expect.arrayContaining(['previous', 'index']));
    expect(seen('each')).not.toContain('index');
  });

  it('offers what an evaluation said to the step that it sends back', () => {
    expect(seen('a')).toContain('feedback.evaluation.feedback');
    expect(seen('first')).not.toContain('feedback.evaluation.feedback');
  });
});

describe('previewOf', () => {
  it('is one short line', () => {
    expect(previewOf('a\n  b')).toBe('a b');
    expect(previewOf({ a: 1 })).toBe('{"a":1}');
    expect(previewOf('x'.repeat(500)).length).toBeLessThanOrEqual(60);
    expect(previewOf(undefined)).toBe('');
  });
});
