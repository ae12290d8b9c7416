import { describe, expect, it } from 'vitest';
import { scriptedNodes } from '../engine/testing/scripted-node.ts';
import { scripted } from '../engine/testing/scripted-run.ts';
import { findFeedbackRegions } from './feedback-regions.ts';
import { buildGraph } from './graph.ts';

/** Edges `a>b`; evaluations with what they judge. */
const regionsOf = (edges: string[], judged: Record<string, Record<string, unknown>>) => {
  const ids = new Set(edges.flatMap((edge) => edge.split('>')));
  const nodes = Object.fromEntries(
    [...ids].map((id) => [id, judged[id] ? { type: 'check', ...judged[id] } : {}] as const),
  );
  const { regions, problems } = findFeedbackRegions(
    buildGraph(scripted({ nodes, edges })),
    (type) => scriptedNodes(type)?.definition,
  );
  return { regions: regions.map(({ evaluation, members }) => [evaluation, [...members].join()]), problems };
};

const judging = (id?: string) => ({ config: { judged: id } });

describe('findFeedbackRegions', () => {
  it('takes what lies between the judged node and the evaluation', () => {
    const { regions, problems } = regionsOf(['s>a', 'a>b', 'a>c', 'b>e', 'c>e', 'c>aside', 's>e', 'e>end'], {
      e: judging('a'),
    });
    expect(regions).toEqual([['e', 'a,b,c,e']]);
    expect(problems).toEqual([]);
  });

  it('judges the only predecessor when none is named', () => {
    expect(
      regionsOf(
        ['a.x>e', 'a.y>e'].map((edge) => edge.replace(/\.\w/, '')),
        { e: judging() },
      ).regions,
    ).toEqual([['e', 'a,e']]);
  });

  it('puts outer regions first, whatever their order', () => {
    expect(
      regionsOf(['a>b', 'b>in', 'in>out', 'x>y'], { in: judging('b'), out: judging('a'), y: judging('x') }).regions,
    ).toEqual([
      ['out', 'a,b,in,out'],
      ['in', 'b,in'],
      ['y', 'x,y'],
    ]);
  });

  it.each([
    ['several lead here', ['a>e', 'b>e'], judging(), undefined],
    ['nothing leads here', ['e>a'], judging(), undefined],
    ['it comes after', ['a>e', 'e>b'], judging('b'), 'b'],
    ['it is not there', ['a>e'], judging('gone'), 'gone'],
    ['it is itself', ['a>e'], judging('e'), 'e'],
  ])('has none when %s', (_name, edges, judges, judged) => {
    expect(regionsOf(edges, { e: judges })).toEqual({
      regions: [],
      problems: [{ kind: 'invalid_judged', evaluation: 'e', judged }],
    });
  });

  it('leaves out what is disabled or has a broken config', () => {
    const none = { regions: [], problems: [] };
    expect(regionsOf(['a>e'], { e: { ...judging('a'), disabled: true } })).toEqual(none);
    expect(regionsOf(['a>e'], { e: { config: { judged: 5 } } })).toEqual(none);
  });

  it('finds regions that overlap, and regions that wait for each other', () => {
    expect(regionsOf(['a>b', 'b>e', 'b>c', 'c>f'], { e: judging('a'), f: judging('b') }).problems).toEqual([
      { kind: 'overlapping', evaluation: 'f', other: 'e' },
    ]);
    const crossing = ['a>x', 'a>m', 'm>y', 'b>y', 'b>n', 'n>x', 'x>e', 'y>f'];
    expect(regionsOf(crossing, { e: judging('a'), f: judging('b') }).problems).toEqual([
      { kind: 'overlapping', evaluation: 'f', other: 'e' },
    ]);
    expect(regionsOf(crossing.slice(0, -3), { y: judging('a') }).problems).toEqual([]);
  });
});
