import type { WorkflowNode } from '@agentweaver/core/definition/workflow-definition';
import { expect, it } from 'vitest';
import { FRAME_PADDING } from './frames.ts';
import { tidyScopes } from './tidy-scopes.ts';

const node = (id: string, more: Partial<WorkflowNode> = {}): WorkflowNode => ({
  id,
  type: 'transform',
  name: id,
  position: { x: 0, y: 0 },
  config: {},
  ...more,
});
const sizeOf = () => ({ width: 248, height: 62 });
const link = (source: string, target: string) => ({ source, target });

const body = [
  node('start'),
  node('each', { type: 'map' }),
  node('a', { parent: 'each', position: { x: 500, y: 900 } }),
  node('b', { parent: 'each', position: { x: 10, y: 10 } }),
  node('end'),
];
const edges = [link('start', 'each'), link('a', 'b'), link('each', 'end')];

it('lays out a body from its own corner, and what follows clear of the frame', () => {
  const { positions, sizes } = tidyScopes({ nodes: body, edges, sizeOf });
  expect(positions.get('a')).toEqual({ x: FRAME_PADDING.left, y: FRAME_PADDING.top });
  expect(positions.get('b')?.x).toBeGreaterThanOrEqual(FRAME_PADDING.left + 248);
  const frame = sizes.get('each');
  expect(frame?.width).toBe((positions.get('b')?.x ?? 0) + 248 + FRAME_PADDING.right);
  const [each, end] = [positions.get('each'), positions.get('end')];
  expect(end?.x).toBeGreaterThanOrEqual((each?.x ?? 0) + (frame?.width ?? 0));
});

it('counts an edge into a group for the group', () => {
  const nodes = [
    node('a', { position: { x: 900, y: 0 } }),
    node('box', { type: 'group' }),
    node('b', { parent: 'box' }),
    node('c', { position: { x: -900, y: 0 } }),
  ];
  const { positions, sizes } = tidyScopes({ nodes, edges: [link('a', 'b'), link('b', 'c')], sizeOf });
  const at = (id: string) => positions.get(id)?.x ?? Number.NaN;
  expect(at('box')).toBeGreaterThanOrEqual(at('a') + 248);
  expect(at('c')).toBeGreaterThanOrEqual(at('box') + (sizes.get('box')?.width ?? 0));
});

it('leaves notes, and what was not chosen, where they are', () => {
  const nodes = [...body, node('n', { type: 'note', position: { x: 7, y: 7 } })];
  expect(tidyScopes({ nodes, edges, sizeOf }).positions.has('n')).toBe(false);
  const part = tidyScopes({ nodes, edges, sizeOf, only: new Set(['each']) });
  expect([...part.positions.keys()].sort()).toEqual(['a', 'b', 'each']);
  const inner = tidyScopes({ nodes, edges, sizeOf, only: new Set(['a']) });
  expect([...inner.positions.keys()]).toEqual(['a']);
});
