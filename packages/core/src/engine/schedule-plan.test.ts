import { describe, expect, it } from 'vitest';
import { buildGraph } from '../graph/graph.ts';
import { planSchedule } from './schedule-plan.ts';
import { scriptedNodes } from './testing/scripted-node.ts';
import { scripted } from './testing/scripted-run.ts';

const planOf = (edges: string[], nodes: Record<string, Record<string, unknown>> = {}) => {
  const ids = edges.flatMap((edge) => edge.split('>').map((end) => end.split('.')[0] ?? ''));
  const definition = scripted({ nodes: Object.fromEntries(ids.map((id) => [id, nodes[id] ?? {}])), edges });
  return planSchedule(buildGraph(definition), (type) => scriptedNodes(type)?.definition);
};
const judges = (judged: string) => ({ type: 'check', config: { judged } });

describe('planSchedule', () => {
  it('has nothing to say of plain steps', () => {
    const plan = planOf(['a>b', 'b>c']);
    expect(
      [plan.startsAfter, plan.losers, plan.regionsOf, plan.regionOfEvaluation, plan.heldBy].map((map) => map.size),
    ).toEqual([0, 0, 0, 0, 0]);
  });

  it('knows how many start a merge, and whom it may lose', () => {
    const merge = (count: number, cancels: boolean) => ({ type: 'merge', config: { count, cancels } });
    const plan = planOf(['z>y', 'y>m', 'x>y', 'x>other', 'w>m', 'm>after', 'v>n', 'n>after'], {
      m: merge(2, true),
      n: merge(1, false),
    });
    expect([...plan.startsAfter]).toEqual([
      ['m', 2],
      ['n', 1],
    ]);
    expect([...plan.losers]).toEqual([['m', ['z', 'y', 'w']]]);
  });

  it('loses also what leads from one loser to another, but nothing that also ends elsewhere', () => {
    const merge = { type: 'merge', config: { count: 1, cancels: true } };
    const plan = planOf(['a>b', 'b>c', 'a>c', 'c>m', 'd>m', 'd>e', 'f>d', 'g>m'], { m: merge });
    expect(plan.losers.get('m')).toEqual(['a', 'b', 'c', 'g']);
  });

  it('knows which regions a step is in, and which edges they hold', () => {
    const plan = planOf(['a>b', 'b>in', 'in>out', 'b>side', 'in>past', 'out>end', 'a>b2', 'b2>out'], {
      in: judges('b'),
      out: judges('a'),
    });
    const evaluations = Object.fromEntries(
      [...plan.regionsOf].map(([id, regions]) => [id, regions.map(({ evaluation }) => evaluation).join()]),
    );
    expect(evaluations).toEqual({ a: 'out', b: 'out,in', in: 'out,in', out: 'out', b2: 'out' });
    expect([...plan.heldBy].map(([edge, region]) => `${edge.source}>${edge.target} ${region.evaluation}`)).toEqual([
      'b>side out',
      'in>past out',
    ]);
    expect([...plan.regionOfEvaluation.keys()]).toEqual(['out', 'in']);
  });

  it('lets an inner region hold what stays within the outer one', () => {
    const plan = planOf(['a>b', 'b>in', 'b>c', 'c>out', 'in>out'], { in: judges('b'), out: judges('a') });
    expect([...plan.heldBy].map(([edge, region]) => `${edge.source}>${edge.target} ${region.evaluation}`)).toEqual([
      'b>c in',
    ]);
  });
});
