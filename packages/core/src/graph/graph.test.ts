import { describe, expect, it } from 'vitest';
import { workflowDefinitionSchema } from '../definition/workflow-definition.ts';
import { ancestorsOf, buildGraph, descendantsOf, findCycles, topologicalOrder } from './graph.ts';

/** `graph('a>b', 'b>c')` */
const graph = (...edges: string[]) => {
  const pairs = edges.map((edge) => edge.split('>') as [string, string]);
  const ids = [...new Set(pairs.flat())];
  return buildGraph(
    workflowDefinitionSchema.parse({
      nodes: ids.map((id) => ({ id, type: 'transform', name: id })),
      edges: pairs.map(([source, target], index) => ({ id: `e${index}`, source, target })),
    }),
  );
};

describe('graph', () => {
  it('orders nodes after what they need', () => {
    expect(topologicalOrder(graph('a>d', 'a>b', 'b>c', 'c>d'))).toEqual(['a', 'b', 'c', 'd']);
  });

  it('leaves out what is in or behind a cycle', () => {
    expect(topologicalOrder(graph('a>b', 'b>c', 'c>b', 'c>d'))).toEqual(['a']);
  });

  it('knows what leads to a node and where it leads', () => {
    const diamond = graph('a>b', 'a>c', 'b>d', 'c>d', 'd>e');
    expect(ancestorsOf(diamond, 'd')).toEqual(new Set(['a', 'b', 'c']));
    expect(descendantsOf(diamond, ['b'])).toEqual(new Set(['d', 'e']));
  });

  it('finds one cycle for each knot, and no path between knots', () => {
    const knots = graph('s>a', 'a>b', 'b>a', 'b>m', 'm>x', 'x>y', 'y>z', 'z>x', 'y>x', 'z>end', 'l>l');
    expect(findCycles(knots)).toEqual([['a', 'b'], ['x', 'y'], ['l']]);
    expect(findCycles(graph('a>b', 'b>c'))).toEqual([]);
  });

  it('leaves out edges to nodes that are not there', () => {
    const loose = buildGraph({
      nodes: [{ id: 'a', type: 'input', name: 'A', position: { x: 0, y: 0 }, config: {} }],
      edges: [{ id: 'e', source: 'a', sourcePort: 'out', target: 'gone', targetPort: 'in' }],
    });
    expect(loose.outgoing.get('a')).toEqual([]);
  });
});
