import { describe, expect, it } from 'vitest';
import { boundsOf, graphHeight, NODE_HEIGHT, NODE_WIDTH, viewOf } from './graph-view.ts';

const box = (x: number, y: number) => ({ x, y, width: NODE_WIDTH, height: NODE_HEIGHT });
const row = (count: number) => Array.from({ length: count }, (_, index) => box(index * 270, 0));

it('bounds hold every node whole', () => {
  const bounds = boundsOf([box(-50, 20), box(100, -30)]);
  expect(bounds).toEqual({ x: -50, y: -30, width: 150 + NODE_WIDTH, height: 50 + NODE_HEIGHT });
  expect(boundsOf([]).width).toBe(NODE_WIDTH);
});

describe('viewOf', () => {
  it('shows a small graph whole, in the middle, and not blown up', () => {
    const view = viewOf(boundsOf(row(3)), { width: 1_000, height: 300, focus: null });
    expect(view).toEqual({ x: 370, y: NODE_HEIGHT / 2, zoom: 1, whole: true });
  });

  it('makes a wider graph smaller, down to what can be read', () => {
    const view = viewOf(boundsOf(row(7)), { width: 1_100, height: 300, focus: { x: 0, y: 0 } });
    expect(view.whole).toBe(true);
    expect(view.zoom).toBeGreaterThan(0.5);
    expect(view.zoom).toBeLessThan(0.6);
  });

  it('shows the part around the focus of what would be too small, without emptiness at the ends', () => {
    const bounds = boundsOf(row(30));
    const screen = { width: 800, height: 300 };
    const seen = screen.width / 0.8;
    const first = viewOf(bounds, { ...screen, focus: { x: 0, y: 0 } });
    expect(first.whole).toBe(false);
    expect(first.x - seen / 2).toBeCloseTo(-35);
    const middle = viewOf(bounds, { ...screen, focus: { x: 15 * 270, y: 0 } });
    expect(middle.x).toBe(15 * 270 + NODE_WIDTH / 2);
    const last = viewOf(bounds, { ...screen, focus: { x: 29 * 270, y: 0 } });
    expect(last.x + seen / 2).toBeCloseTo(bounds.width + 35);
  });
});

it('gives flat graphs a low card and tall ones a limited one', () => {
  expect(graphHeight(boundsOf(row(3)))).toBe(220);
  expect(graphHeight(boundsOf([box(0, 0), box(0, 5_000)]))).toBe(440);
});
