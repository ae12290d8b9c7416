import { describe, expect, it } from 'vitest';
import { buildGraph } from '../graph/graph.ts';
import { planSchedule } from './schedule-plan.ts';
import { activePredecessors, openSchedule, settle, unsettledNodes } from './scheduler.ts';
import { scriptedNodes } from './testing/scripted-node.ts';
import { scripted } from './testing/scripted-run.ts';

const planOf = (...edges: string[]) => {
  const ids = edges.flatMap((edge) => edge.split('>').map((end) => end.split('.')[0] ?? ''));
  return planSchedule(
    buildGraph(scripted({ nodes: Object.fromEntries(ids.map((id) => [id, {}])), edges })),
    (type) => scriptedNodes(type)?.definition,
  );
};
const took = (...ports: string[]) => ({ kind: 'completed' as const, ports });

describe('scheduler', () => {
  it('starts with the nodes that nothing leads to', () => {
    expect(openSchedule(planOf('a>c', 'b>c')).decision).toEqual({ ready: ['a', 'b'], skipped: [], losers: [] });
  });

  it('makes a node ready once all its edges are decided', () => {
    const { schedule } = openSchedule(planOf('a>c', 'b>c'));
    expect(settle(schedule, 'a', took('out'))).toEqual({ ready: [], skipped: [], losers: [] });
    expect(settle(schedule, 'b', took('out'))).toEqual({ ready: ['c'], skipped: [], losers: [] });
    expect(unsettledNodes(schedule)).toEqual(['c']);
  });

  it('skips along dead branches, up to where a live one joins', () => {
    const { schedule } = openSchedule(planOf('a.yes>b', 'a.no>c', 'c>d', 'd>e', 'b>f', 'd>f'));
    expect(settle(schedule, 'a', took('yes'))).toEqual({ ready: ['b'], skipped: ['c', 'd', 'e'], losers: [] });
    expect(settle(schedule, 'b', took('out'))).toEqual({ ready: ['f'], skipped: [], losers: [] });
    expect(activePredecessors(schedule, 'f')).toEqual(['b']);
  });

  it('decides nothing after a step that was stopped', () => {
    const { schedule } = openSchedule(planOf('a>b'));
    expect(settle(schedule, 'a', { kind: 'stopped' })).toEqual({ ready: [], skipped: [], losers: [] });
    expect(unsettledNodes(schedule)).toEqual(['b']);
  });

  it('settles a node once', () => {
    const { schedule } = openSchedule(planOf('a>b'));
    settle(schedule, 'a', took());
    expect(settle(schedule, 'a', took('out'))).toEqual({ ready: [], skipped: [], losers: [] });
    expect(unsettledNodes(schedule)).toEqual([]);
    const { schedule: two } = openSchedule(planOf('a>c', 'b>c'));
    settle(two, 'a', took('out'));
    expect(settle(two, 'a', took('out')).ready).toEqual([]);
  });

  it('counts a predecessor once, however many edges lead from it', () => {
    const { schedule } = openSchedule(planOf('a.x>c', 'a.y>c', 'b>c'));
    settle(schedule, 'b', took('out'));
    expect(settle(schedule, 'a', took('x', 'y')).ready).toEqual(['c']);
    expect(activePredecessors(schedule, 'c')).toEqual(['a', 'b']);
  });
});
