import type { WorkflowEdge, WorkflowNode } from '@agentweaver/core/definition/workflow-definition';
import { describe, expect, it } from 'vitest';
import { reconcileEdges, reconcileNodes } from './flow-elements.ts';

const node = (id: string, more: Partial<WorkflowNode> = {}): WorkflowNode => ({
  id,
  type: 'transform',
  name: id,
  position: { x: 0, y: 0 },
  config: {},
  ...more,
});
const edge = (source: string, target: string): WorkflowEdge => ({
  id: `${source}-${target}`,
  source,
  sourcePort: 'out',
  target,
  targetPort: 'in',
});
const inside = node('a', { parent: 'each', position: { x: 40, y: 80 } });
const frame = node('each', { type: 'map', size: { width: 500, height: 300 } });
const view = { nodes: [inside, frame], edges: [] };
const idsOf = (nodes: { id: string }[]) => nodes.map((one) => one.id);

describe('reconcileNodes', () => {
  it('puts frames before what they hold, which is placed in them', () => {
    const [first, second] = reconcileNodes([], view);
    expect(first).toMatchObject({ id: 'each', type: 'container', width: 500, height: 300 });
    expect(second).toMatchObject({ id: 'a', type: 'step', parentId: 'each', position: { x: 40, y: 80 } });
  });

  it('keeps what did not change, with its selection and measured size', () => {
    const size = { width: 248, height: 62 };
    const before = reconcileNodes([], view).map((one) => ({
      ...one,
      selected: true,
      measured: size,
    }));
    const again = reconcileNodes(before, view);
    expect(again.every((one, index) => one === before[index])).toBe(true);
    const renamed = { ...inside, name: 'other' };
    const [same, changed] = reconcileNodes(before, { ...view, nodes: [renamed, frame] });
    expect(same).toBe(before[0]);
    expect(changed).toMatchObject({ data: { step: renamed }, selected: true, measured: size });
  });

  it('lets a frame grow with what it holds, and a step leave it', () => {
    const before = reconcileNodes([], view);
    const far = { ...inside, position: { x: 900, y: 80 } };
    expect(reconcileNodes(before, { ...view, nodes: [far, frame] })[0]?.width).toBeGreaterThan(900);
    const { parent: _, ...out } = inside;
    const [left] = reconcileNodes(before, { ...view, nodes: [out, frame] });
    expect(left).toMatchObject({ id: 'a' });
    expect(left).not.toHaveProperty('parentId');
  });

  it('keeps the place and the size under the pointer', () => {
    const [each, a] = reconcileNodes([], view);
    if (!each || !a) throw new Error('two nodes');
    const before = [
      { ...each, resizing: true, width: 777, height: 333 },
      { ...a, dragging: true, position: { x: 1, y: 2 } },
    ];
    const theirs = [
      { ...inside, name: 'theirs' },
      { ...frame, name: 'theirs' },
    ];
    const now = reconcileNodes(before, { ...view, nodes: theirs });
    expect(now[0]).toMatchObject({ width: 777, height: 333, ariaLabel: 'theirs' });
    expect(now[1]).toMatchObject({ position: { x: 1, y: 2 }, ariaLabel: 'theirs' });
  });

  it('draws a node whose parent is none, or is gone, on the canvas itself', () => {
    const loose = [node('a', { parent: 'gone' }), node('b', { parent: 'c' }), node('c')];
    expect(reconcileNodes([], { nodes: loose, edges: [] }).some((one) => one.parentId)).toBe(false);
  });
});

describe('reconcileEdges', () => {
  const judged = {
    nodes: [node('a'), node('check', { type: 'evaluate', config: { judged: '' } })],
    edges: [edge('a', 'check')],
  };

  it('draws the way back of an evaluation, which is no edge of the draft', () => {
    const edges = reconcileEdges([], judged);
    expect(idsOf(edges)).toEqual(['a-check', 'back:check']);
    expect(edges[1]).toMatchObject({ type: 'back', source: 'check', target: 'a', selectable: false });
    expect(edges[1]?.data?.edge).toBeUndefined();
  });

  it('keeps what did not change', () => {
    const before = reconcileEdges([], judged);
    const again = reconcileEdges(before, judged);
    expect(again.every((one, index) => one === before[index])).toBe(true);
  });

  it('draws none where it is not clear whom it judges', () => {
    const several = { nodes: [...judged.nodes, node('b')], edges: [...judged.edges, edge('b', 'check')] };
    expect(idsOf(reconcileEdges([], several))).not.toContain('back:check');
  });
});
