import { describe, expect, it } from 'vitest';
import { getNodeDefinition } from '../nodes/definitions.ts';
import { absolutePosition, byId, containersOf, membersWithin, outermost, parentsFirst, parentsOf } from './parents.ts';

const node = (id: string, type: string, parent?: string) => ({
  id,
  type,
  name: id,
  config: {},
  position: { x: 1, y: 10 },
  ...(parent === undefined ? {} : { parent }),
});

const nodes = byId([
  node('leaf', 'transform', 'box'),
  node('box', 'group', 'inner'),
  node('inner', 'loop', 'outer'),
  node('outer', 'map'),
  node('lost', 'transform', 'gone'),
  node('x', 'group', 'y'),
  node('y', 'group', 'x'),
]);
const ids = (list: Iterable<{ id: string }>) => [...list].map(({ id }) => id);

describe('parents', () => {
  it('are told from the nearest outwards, groups left aside where a run is meant', () => {
    expect(ids(parentsOf(nodes, 'leaf'))).toEqual(['box', 'inner', 'outer']);
    expect(containersOf(nodes, 'leaf', getNodeDefinition)).toEqual(['inner', 'outer']);
  });

  it('end where one is missing and where a circle closes', () => {
    expect(parentsOf(nodes, 'lost')).toEqual([]);
    expect(ids(parentsOf(nodes, 'x'))).toEqual(['y']);
    expect(parentsOf(nodes, 'nobody')).toEqual([]);
  });

  it('hold members at any depth, circles included', () => {
    expect([...membersWithin(nodes.values(), ['outer'])]).toEqual(['inner', 'box', 'leaf']);
    expect([...membersWithin(nodes.values(), ['outer', 'box'])]).toEqual(['leaf', 'inner']);
    expect([...membersWithin(nodes.values(), ['x'])]).toEqual(['y']);
  });

  it('stand for what is in them when nodes are taken together', () => {
    expect(outermost(nodes, ['leaf', 'inner', 'lost', 'nobody'])).toEqual(['inner', 'lost']);
  });

  it('shift what is in them on the canvas', () => {
    expect(absolutePosition(nodes, 'leaf')).toEqual({ x: 4, y: 40 });
    expect(absolutePosition(nodes, 'nobody')).toEqual({ x: 0, y: 0 });
  });

  it('come before what is in them', () => {
    expect(ids(parentsFirst([...nodes.values()]))).toEqual(['outer', 'inner', 'box', 'leaf', 'lost', 'y', 'x']);
  });
});

it('the first of two nodes with one id counts', () => {
  expect(byId([node('a', 'map'), node('a', 'loop')]).get('a')?.type).toBe('map');
});
