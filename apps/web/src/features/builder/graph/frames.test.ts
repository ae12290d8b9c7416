import type { WorkflowNode } from '@agentweaver/core/definition/workflow-definition';
import { byId } from '@agentweaver/core/graph/parents';
import { describe, expect, it } from 'vitest';
import { drawnParent, FRAME_PADDING, frameAt, frameSizes, withinFrame } from './frames.ts';

const node = (id: string, more: Partial<WorkflowNode> = {}): WorkflowNode => ({
  id,
  type: 'transform',
  name: id,
  position: { x: 0, y: 0 },
  config: {},
  ...more,
});
const step = () => ({ width: 248, height: 62 });

describe('drawnParent', () => {
  const parentOf = (id: string, ...nodes: WorkflowNode[]) => {
    const all = byId(nodes);
    const found = all.get(id);
    return found && drawnParent(all, found);
  };

  it('is the parent that can hold something', () => {
    expect(parentOf('a', node('a', { parent: 'each' }), node('each', { type: 'map' }))).toBe('each');
    expect(parentOf('a', node('a', { parent: 'box' }), node('box', { type: 'group' }))).toBe('box');
    expect(parentOf('a', node('a', { parent: 'b' }), node('b'))).toBeUndefined();
    expect(parentOf('a', node('a', { parent: 'gone' }))).toBeUndefined();
  });

  it('is none in a circle, so that something can be drawn first', () => {
    const circle = [node('a', { type: 'map', parent: 'b' }), node('b', { type: 'map', parent: 'a' })];
    expect(parentOf('a', ...circle)).toBeUndefined();
    expect(parentOf('b', ...circle)).toBeUndefined();
    expect(parentOf('c', ...circle, node('c', { parent: 'a' }))).toBeUndefined();
    expect(parentOf('a', node('a', { type: 'map', parent: 'a' }))).toBeUndefined();
  });
});

describe('frameSizes', () => {
  it('keeps the size that somebody gave, as long as everything fits', () => {
    const frame = node('each', { type: 'map', size: { width: 900, height: 500 } });
    const inside = node('a', { parent: 'each', position: { x: 40, y: 80 } });
    expect(frameSizes([frame, inside], step).sizes.get('each')).toEqual({ width: 900, height: 500 });
    const far = { ...inside, position: { x: 2_000, y: 80 } };
    const { sizes, least } = frameSizes([frame, far], step);
    expect(sizes.get('each')).toEqual({ width: 2_000 + 248 + FRAME_PADDING.right, height: 500 });
    expect(least.get('each')?.width).toBe(2_000 + 248 + FRAME_PADDING.right);
  });

  it('measures the inner frame first, in whatever order they come', () => {
    const outer = node('outer', { type: 'map', size: { width: 100, height: 100 } });
    const inner = node('inner', {
      type: 'loop',
      parent: 'outer',
      position: { x: 50, y: 70 },
      size: { width: 700, height: 300 },
    });
    for (const order of [
      [outer, inner],
      [inner, outer],
    ]) {
      expect(frameSizes(order, step).sizes.get('outer')).toEqual({
        width: 50 + 700 + FRAME_PADDING.right,
        height: 70 + 300 + FRAME_PADDING.bottom,
      });
    }
  });

  it('has notes, and no steps', () => {
    const { sizes } = frameSizes([node('n', { type: 'note' }), node('a')], step);
    expect([...sizes.keys()]).toEqual(['n']);
  });
});

it('finds the innermost frame at a point', () => {
  const frames = [
    { id: 'outer', depth: 0, box: { x: 0, y: 0, width: 500, height: 500 } },
    { id: 'inner', depth: 1, box: { x: 100, y: 100, width: 100, height: 100 } },
  ];
  expect(frameAt(frames, { x: 150, y: 150 })).toBe('inner');
  expect(frameAt(frames, { x: 50, y: 150 })).toBe('outer');
  expect(frameAt(frames, { x: -1, y: 150 })).toBeUndefined();
});

it('keeps what is dropped clear of the head and the edge', () => {
  expect(withinFrame({ x: -80, y: 3 })).toEqual({ x: FRAME_PADDING.left, y: FRAME_PADDING.top });
  expect(withinFrame({ x: 300.4, y: 200 })).toEqual({ x: 300, y: 200 });
});
