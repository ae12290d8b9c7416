import { describe, expect, it } from 'vitest';
import { buildGraph } from '../graph/graph.ts';
import { BACK_PORT } from '../nodes/node-type.ts';
import { planSchedule } from './schedule-plan.ts';
import {
  activePredecessors,
  isReady,
  openSchedule,
  roundsOf,
  type Schedule,
  settle,
  unsettledNodes,
} from './scheduler.ts';
import { scriptedNodes } from './testing/scripted-node.ts';
import { scripted } from './testing/scripted-run.ts';

/** Edges `a>b`; `nodes` says what is no plain step. */
const planOf = (edges: string[], nodes: Record<string, Record<string, unknown>> = {}) => {
  const ids = edges.flatMap((edge) => edge.split('>').map((end) => end.split('.')[0] ?? ''));
  const definition = scripted({ nodes: Object.fromEntries(ids.map((id) => [id, nodes[id] ?? {}])), edges });
  return planSchedule(buildGraph(definition), (type) => scriptedNodes(type)?.definition);
};
const judges = (judged: string) => ({ type: 'check', config: { judged } });
const merges = (count: number | undefined, cancels = false) => ({ type: 'merge', config: { count, cancels } });

const took = (...ports: string[]) => ({ kind: 'completed' as const, ports });
const out = took('out');
const back = took(BACK_PORT);

/** Settles one after the other and gives the last decision. */
const settleAll = (schedule: Schedule, ...ids: string[]) => ids.map((id) => settle(schedule, id, out)).at(-1);

describe('a region', () => {
  const edges = ['s>a', 'a>b', 'side>b', 'b>e', 'b>aside', 'e.pass>end', 'e.fail>aside'];
  const plan = planOf(edges, { e: judges('a') });

  it('holds what leaves it until the evaluation has settled for good', () => {
    const { schedule } = openSchedule(plan);
    expect(settleAll(schedule, 's', 'side', 'a', 'b')).toEqual({ ready: ['e'], skipped: [], losers: [] });
    expect(settle(schedule, 'e', took('pass'))).toEqual({ ready: ['end', 'aside'], skipped: [], losers: [] });
    expect(activePredecessors(schedule, 'aside')).toEqual(['b']);
  });

  it('goes round again, with what came from outside still there', () => {
    const { schedule } = openSchedule(plan);
    settleAll(schedule, 's', 'side', 'a', 'b');
    const decision = settle(schedule, 'e', back);
    expect(decision).toMatchObject({ ready: ['a'], skipped: [], losers: [], reopened: { evaluation: 'e' } });
    expect(roundsOf(schedule, 'b')).toEqual([{ evaluation: 'e', round: 1 }]);
    expect(roundsOf(schedule, 'aside')).toEqual([]);
    expect(unsettledNodes(schedule)).toEqual(['a', 'b', 'e', 'aside', 'end']);
    expect(isReady(schedule, 'b')).toBe(false);
    expect(settleAll(schedule, 'a')?.ready).toEqual(['b']);
    expect(activePredecessors(schedule, 'b')).toEqual(['a', 'side']);
    expect(settleAll(schedule, 'b')?.ready).toEqual(['e']);
    expect(settle(schedule, 'e', back).reopened?.evaluation).toBe('e');
    expect(roundsOf(schedule, 'e')).toEqual([{ evaluation: 'e', round: 2 }]);
  });

  it('forgets which ports were taken in the round before', () => {
    const branching = planOf(['a.x>b', 'a.y>c', 'b>e', 'c>e', 'b>left', 'c>right'], { e: judges('a') });
    const { schedule } = openSchedule(branching);
    expect(settle(schedule, 'a', took('x'))).toMatchObject({ ready: ['b'], skipped: ['c'] });
    expect(settleAll(schedule, 'b')?.ready).toEqual(['e']);
    expect(settle(schedule, 'e', back).ready).toEqual(['a']);
    expect(settle(schedule, 'a', took('y'))).toMatchObject({ ready: ['c'], skipped: ['b'] });
    expect(settleAll(schedule, 'c')?.ready).toEqual(['e']);
    expect(activePredecessors(schedule, 'e')).toEqual(['c']);
    expect(settle(schedule, 'e', out)).toEqual({ ready: ['right'], skipped: ['left'], losers: [] });
  });

  it('ends when its evaluation is skipped', () => {
    const { schedule } = openSchedule(planOf(['a.x>e', 'a>aside', 'e>end'], { e: judges('a') }));
    expect(settle(schedule, 'a', out)).toEqual({ ready: ['aside'], skipped: ['e', 'end'], losers: [] });
  });

  it('ends when its evaluation is left out or cancelled, and not when a plain step says back', () => {
    const { schedule } = openSchedule(planOf(['a>e', 'a>aside', 'e>end'], { e: judges('a') }));
    expect(settle(schedule, 'a', took('out', BACK_PORT)).ready).toEqual(['e']);
    expect(settle(schedule, 'e', { kind: 'skipped' })).toEqual({ ready: ['aside'], skipped: ['end'], losers: [] });
    expect(unsettledNodes(schedule)).toEqual(['aside']);
  });

  it('keeps in mind what is undecided from outside', () => {
    const plan = planOf(['a>b', 'a>c', 'b>m', 'c>m', 'x>m', 'm>e'], { m: merges(1), e: judges('a') });
    const { schedule } = openSchedule(plan);
    settleAll(schedule, 'a', 'b', 'm', 'c');
    expect(settle(schedule, 'e', back).ready).toEqual(['a']);
    expect(settle(schedule, 'a', took('no'))).toEqual({ ready: [], skipped: ['b', 'c'], losers: [] });
    expect(settleAll(schedule, 'x')?.ready).toEqual(['m']);
  });

  it('begins an inner one anew, and waits for it', () => {
    const nested = planOf(
      ['a>b', 'b>in', 'b>beside', 'beside>more', 'more>out', 'in>out', 'in>past', 'b>far', 'out>end'],
      { in: judges('b'), out: judges('a') },
    );
    const { schedule } = openSchedule(nested);
    settleAll(schedule, 'a', 'b');
    expect(settle(schedule, 'in', back).ready).toEqual(['b']);
    expect(roundsOf(schedule, 'in')).toEqual([{ evaluation: 'in', round: 1 }]);
    settleAll(schedule, 'b');
    // What leaves the inner region stays in the outer one, or is held by that.
    expect(settle(schedule, 'in', out)).toEqual({ ready: ['beside'], skipped: [], losers: [] });
    expect(settleAll(schedule, 'beside', 'more')?.ready).toEqual(['out']);
    expect(settle(schedule, 'out', back).ready).toEqual(['a']);
    expect(roundsOf(schedule, 'in')).toEqual([{ evaluation: 'out', round: 1 }]);
    settleAll(schedule, 'a', 'b');
    expect(settle(schedule, 'in', back).ready).toEqual(['b']);
    expect(roundsOf(schedule, 'b')).toEqual([
      { evaluation: 'out', round: 1 },
      { evaluation: 'in', round: 1 },
    ]);
    settleAll(schedule, 'b', 'in');
    expect(settleAll(schedule, 'beside', 'more')?.ready).toEqual(['out']);
    expect(settle(schedule, 'out', out)).toEqual({ ready: ['end', 'far', 'past'], skipped: [], losers: [] });
  });

  it('leaves another one beside it alone', () => {
    const { schedule } = openSchedule(planOf(['a>e', 'x>f'], { e: judges('a'), f: judges('x') }));
    settleAll(schedule, 'x');
    expect(settle(schedule, 'f', back).ready).toEqual(['x']);
    expect(settleAll(schedule, 'a')?.ready).toEqual(['e']);
    expect(settle(schedule, 'e', back).ready).toEqual(['a']);
    expect(roundsOf(schedule, 'x')).toEqual([{ evaluation: 'f', round: 1 }]);
    expect(isReady(schedule, 'x')).toBe(true);
  });

  it('may begin with a step that nothing leads to, and skips again what nothing leads to now', () => {
    const odd = planOf(['start.no>a', 'start>m', 'a>m', 'm>e'], { e: judges('a') });
    const { schedule } = openSchedule(odd);
    expect(settle(schedule, 'start', out)).toMatchObject({ ready: ['m'], skipped: ['a'] });
    settleAll(schedule, 'm');
    expect(settle(schedule, 'e', back)).toMatchObject({ ready: ['m'], skipped: ['a'] });
  });

  it('lets its evaluation start only when all in it has ended, and go back with what a merge left behind', () => {
    const early = planOf(['a>b', 'a>c', 'b>m', 'c>m', 'm>e'], { m: merges(1), e: judges('a') });
    const { schedule } = openSchedule(early);
    settleAll(schedule, 'a');
    expect(settleAll(schedule, 'b')?.ready).toEqual(['m']);
    expect(settleAll(schedule, 'm')?.ready).toEqual([]);
    expect(settleAll(schedule, 'c')?.ready).toEqual(['e']);
    expect(settle(schedule, 'e', back).ready).toEqual(['a']);
    settleAll(schedule, 'a');
    expect(settleAll(schedule, 'c')?.ready).toEqual(['m']);
    expect(activePredecessors(schedule, 'm')).toEqual(['c']);
  });
});

describe('a merge', () => {
  it('is ready with so many active edges, and keeps to what it had', () => {
    const { schedule } = openSchedule(planOf(['a>m', 'b>m', 'c>m'], { m: merges(2) }));
    expect(settleAll(schedule, 'c')?.ready).toEqual([]);
    expect(settleAll(schedule, 'b')?.ready).toEqual(['m']);
    expect(settleAll(schedule, 'a')).toEqual({ ready: [], skipped: [], losers: [] });
    expect(activePredecessors(schedule, 'm')).toEqual(['b', 'c']);
  });

  it('waits for all without a number', () => {
    const { schedule } = openSchedule(planOf(['a>m', 'b>m'], { m: merges(undefined, true) }));
    expect(settleAll(schedule, 'a')?.ready).toEqual([]);
    expect(settleAll(schedule, 'b')).toEqual({ ready: ['m'], skipped: [], losers: [] });
  });

  it.each([
    ['is disabled', { ...merges(1, true), disabled: true }],
    ['has a broken config', { type: 'merge', config: { count: 'one' } }],
  ])('waits for all when it %s', (_name, merge) => {
    const { schedule } = openSchedule(planOf(['a>m', 'b>m'], { m: merge }));
    expect(settleAll(schedule, 'a')?.ready).toEqual([]);
  });

  it('needs one at least', () => {
    const { schedule } = openSchedule(planOf(['a>m', 'b>m'], { m: merges(0) }));
    expect(isReady(schedule, 'm')).toBe(false);
    expect(settle(schedule, 'a', took('no'))).toEqual({ ready: [], skipped: [], losers: [] });
    expect(settleAll(schedule, 'b')?.ready).toEqual(['m']);
  });

  it('is skipped when nothing arrives', () => {
    const { schedule } = openSchedule(planOf(['a>m', 'm>end'], { m: merges(1) }));
    expect(settle(schedule, 'a', took('no')).skipped).toEqual(['m', 'end']);
  });

  it('loses what runs, waits or is still to come only for it', () => {
    const race = planOf(['a>m', 'b>c', 'c>m', 'd>m', 'd>other', 'done>m', 'm>end'], { m: merges(2, true) });
    const { schedule } = openSchedule(race);
    settleAll(schedule, 'done');
    expect(settleAll(schedule, 'a')).toEqual({ ready: ['m'], skipped: [], losers: ['b', 'c'] });
    expect(isReady(schedule, 'b')).toBe(false);
    expect(settle(schedule, 'b', out)).toEqual({ ready: [], skipped: [], losers: [] });
    expect(settleAll(schedule, 'd')).toEqual({ ready: ['other'], skipped: [], losers: [] });
    settleAll(schedule, 'm', 'other', 'end');
    expect(unsettledNodes(schedule)).toEqual([]);
  });

  it('loses whole regions, and what they held follows', () => {
    const region = planOf(['fast>m', 'a>e', 'a>aside', 'e>m'], { m: merges(1, true), e: judges('a') });
    const { schedule } = openSchedule(region);
    expect(settleAll(schedule, 'a')?.ready).toEqual(['e']);
    expect(settleAll(schedule, 'fast')).toEqual({ ready: ['m', 'aside'], skipped: [], losers: ['e'] });
    const running = openSchedule(region).schedule;
    expect(settleAll(running, 'fast')).toEqual({ ready: ['m'], skipped: [], losers: ['e'] });
    expect(settleAll(running, 'a')?.ready).toEqual(['aside']);
  });

  it('loses a region that has gone round, without what it held in the round before', () => {
    const region = planOf(['fast>m', 'a>e', 'a>aside', 'e>m'], { m: merges(1, true), e: judges('a') });
    const { schedule } = openSchedule(region);
    settleAll(schedule, 'a');
    settle(schedule, 'e', back);
    expect(settleAll(schedule, 'fast')).toEqual({ ready: ['m'], skipped: [], losers: ['e'] });
    expect(settle(schedule, 'a', took('no'))).toEqual({ ready: [], skipped: ['aside'], losers: [] });
  });

  it('loses again in each round of a region', () => {
    const round = planOf(['a>b', 'a>c', 'b>m', 'c>m', 'm>e', 'x>c'], { m: merges(1, true), e: judges('a') });
    const { schedule } = openSchedule(round);
    settleAll(schedule, 'a');
    expect(settleAll(schedule, 'b')).toMatchObject({ ready: ['m'], losers: ['c', 'x'] });
    settleAll(schedule, 'm');
    expect(settle(schedule, 'e', back)).toMatchObject({ ready: ['a'] });
    expect(settleAll(schedule, 'a')?.ready).toEqual(['b', 'c']);
    expect(settleAll(schedule, 'b')).toMatchObject({ ready: ['m'], losers: ['c'] });
  });
});

describe('unconditional nodes', () => {
  it('run where nothing leads to them, and hear from all that could have', () => {
    const { schedule } = openSchedule(planOf(['a.x>b', 'b>c', 'd.y>b']), new Set(['b']));
    settle(schedule, 'a', out);
    expect(settle(schedule, 'd', out)).toEqual({ ready: ['b'], skipped: [], losers: [] });
    expect(activePredecessors(schedule, 'b')).toEqual(['a', 'd']);
    expect(settleAll(schedule, 'b')?.ready).toEqual(['c']);
  });

  it('hear only from what took the way to them, if anything did', () => {
    const { schedule } = openSchedule(planOf(['a.x>b', 'd>b']), new Set(['b']));
    settleAll(schedule, 'a', 'd');
    expect(activePredecessors(schedule, 'b')).toEqual(['d']);
  });
});
