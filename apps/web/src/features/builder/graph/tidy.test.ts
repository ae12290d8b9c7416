import { describe, expect, it } from 'vitest';
import { tidy } from './tidy.ts';

const node = (id: string, x = 0, y = 0) => ({ id, width: 248, height: 80, position: { x, y } });
const link = (source: string, target: string) => ({ source, target });

describe('tidy', () => {
  it('puts each node right of those that lead to it, without overlap', () => {
    const nodes = [node('a', 500, 40), node('b', 0, 0), node('c', 0, 10), node('d', -50, 300)];
    const places = tidy(nodes, [link('a', 'b'), link('a', 'c'), link('b', 'd'), link('c', 'd')]);
    const at = (id: string) => places.get(id) ?? { x: Number.NaN, y: Number.NaN };
    expect(at('b').x).toBeGreaterThanOrEqual(at('a').x + 248);
    expect(at('d').x).toBeGreaterThanOrEqual(at('b').x + 248);
    expect(at('b').x).toBe(at('c').x);
    expect(Math.abs(at('b').y - at('c').y)).toBeGreaterThanOrEqual(80);
  });

  it('keeps the top left corner, and gives the same picture again', () => {
    const nodes = [node('a', 100, 200), node('b', 130, 260)];
    const edges = [link('a', 'b')];
    const first = tidy(nodes, edges);
    expect(Math.min(...[...first.values()].map((at) => at.x))).toBe(100);
    expect(Math.min(...[...first.values()].map((at) => at.y))).toBe(200);
    const again = tidy(
      nodes.map((one) => ({ ...one, position: first.get(one.id) ?? one.position })),
      edges,
    );
    expect(again).toEqual(first);
  });

  it('leaves edges to nodes outside of the selection alone', () => {
    expect(tidy([node('a')], [link('a', 'elsewhere')])).toEqual(new Map([['a', { x: 0, y: 0 }]]));
    expect(tidy([], [])).toEqual(new Map());
  });
});
