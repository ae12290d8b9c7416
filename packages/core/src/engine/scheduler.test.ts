import { describe, expect, it } from 'vitest';
import { buildGraph } from '../graph/graph.ts';
import { activePredecessors, connectedPorts, openSchedule, settle, unsettledNodes } from './scheduler.ts';
import { scripted } from './testing/scripted-run.ts';

const graphOf = (...edges: string[]) => {
  const ids = edges.flatMap((edge) => edge.split('>').map((end) => end.split('.')[0] ?? ''));
  return buildGraph(scripted({ nodes: Object.fromEntries(ids.map((id) => [id, {}])), edges }));
};
const took = (...ports: string[]) => ({ kind: 'completed' as const, ports });

describe('scheduler', () => {
  it('starts with the nodes that nothing leads to', () => {
    expect(openSchedule(graphOf('a>c', 'b>c')).decision).toEqual({ ready: ['a', 'b'], skipped: [] });
  });

  it('makes a node ready once all its edges are decided', () => {
    const { schedule } = openSchedule(graphOf('a>c', 'b>c'));
    expect(settle(schedule, 'a', took('out'))).toEqual({ ready: [], skipped: [] });
    expect(settle(schedule, 'b', took('out'))).toEqual({ ready: ['c'], skipped: [] });
    expect(unsettledNodes(schedule)).toEqual(['c']);
  });

  it('skips along dead branches, up to where a live one joins', () => {
    const { schedule } = openSchedule(graphOf('a.yes>b', 'a.no>c', 'c>d', 'd>e', 'b>f', 'd>f'));
    expect(settle(schedule, 'a', took('yes'))).toEqual({ ready: ['b'], skipped: ['c', 'd', 'e'] });
    expect(settle(schedule, 'b', took('out'))).toEqual({ ready: ['f'], skipped: [] });
    expect(activePredecessors(schedule, 'f')).toEqual(['b']);
  });

  it('takes every port of a failure that is ignored', () => {
    const { schedule } = openSchedule(graphOf('a.yes>b', 'a.no>c'));
    expect(settle(schedule, 'a', { kind: 'failed' })).toEqual({ ready: ['b', 'c'], skipped: [] });
  });

  it('decides nothing after a step that was stopped', () => {
    const { schedule } = openSchedule(graphOf('a>b'));
    expect(settle(schedule, 'a', { kind: 'stopped' })).toEqual({ ready: [], skipped: [] });
    expect(unsettledNodes(schedule)).toEqual(['b']);
  });

  it('settles a node once', () => {
    const { schedule } = openSchedule(graphOf('a>b'));
    settle(schedule, 'a', took());
    expect(settle(schedule, 'a', took('out'))).toEqual({ ready: [], skipped: [] });
  });

  it('counts a predecessor once, however many edges lead from it', () => {
    const { schedule } = openSchedule(graphOf('a.x>c', 'a.y>c', 'b>c'));
    settle(schedule, 'b', took('out'));
    expect(settle(schedule, 'a', took('x', 'y')).ready).toEqual(['c']);
    expect(activePredecessors(schedule, 'c')).toEqual(['a', 'b']);
    expect(connectedPorts(schedule, 'a')).toEqual(['x', 'y']);
  });

  it('opens in the middle', () => {
    const graph = graphOf('a.yes>b', 'a.no>c', 'b>d', 'c>d');
    const finished = new Map([
      ['b', took('out')],
      ['a', took('yes')],
    ]);
    expect(openSchedule(graph, finished).decision).toEqual({ ready: ['d'], skipped: ['c'] });
  });
});
