import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AMOUNT_KINDS, type Amount, NOTHING } from './amount.ts';
import { createBudget, type Reservation } from './create-budget.ts';
import { type BudgetScope, decide } from './decide.ts';

const amount = (more: Partial<Amount>): Amount => ({ ...NOTHING, ...more });
const scope = (budget: BudgetScope['budget'], policy: BudgetScope['policy'] = { onReached: 'fail' }): BudgetScope => ({
  kind: 'execution',
  budget,
  policy,
});

describe('a budget', () => {
  it('lets a call pass up to its limit, and not beyond', () => {
    const budget = createBudget({ usd: 1, tokens: 100 }, amount({ usd: 0.25 }));
    expect(budget.check(amount({ usd: 0.75, tokens: 100 }))).toEqual([]);
    expect(budget.check(amount({ usd: 0.76 }))).toEqual([
      { kind: 'usd', limit: 1, used: 0.25, reserved: 0, most: 0.76, by: expect.closeTo(0.01), isLasting: true },
    ]);
    expect(budget.check(amount({ usd: 2, tokens: 101 })).map(({ kind }) => kind)).toEqual(['usd', 'tokens']);
    expect(budget.check(amount({ modelCalls: 1e9, seconds: 1e9 }))).toEqual([]);
  });

  it('never refuses what uses nothing, even when it is passed already', () => {
    const budget = createBudget({ usd: 1 }, amount({ usd: 3 }));
    expect(budget.check(amount({ tokens: 50 }))).toEqual([]);
    expect(budget.check(amount({ usd: 0.0001 }))).toMatchObject([{ kind: 'usd' }]);
  });

  it('sets aside, and says what is missing only for now', () => {
    const budget = createBudget({ usd: 1 });
    const first = budget.reserve(amount({ usd: 0.6 }));
    expect(budget.reserved()).toEqual(amount({ usd: 0.6 }));
    expect(budget.check(amount({ usd: 0.5 }))).toMatchObject([
      { isLasting: false, reserved: 0.6, by: expect.closeTo(0.1) },
    ]);
    expect(budget.check(amount({ usd: 1.1 }))).toMatchObject([{ isLasting: true }]);
    first.settle(amount({ usd: 0.1, tokens: 7 }));
    expect(budget.check(amount({ usd: 0.5 }))).toEqual([]);
    expect(budget.used()).toEqual(amount({ usd: 0.1, tokens: 7 }));
  });

  it('counts a reservation once', () => {
    const budget = createBudget({ usd: 1 });
    const other = budget.reserve(amount({ usd: 0.1 }));
    const one = budget.reserve(amount({ usd: 0.2 }));
    one.settle(amount({ usd: 0.2 }));
    one.settle(amount({ usd: 0.2 }));
    expect(budget.used().usd).toBe(0.2);
    expect(budget.reserved().usd).toBeCloseTo(0.1);
    other.settle(NOTHING);
    expect(budget.reserved()).toEqual(NOTHING);
  });

  it('can be raised while it is in use', () => {
    const budget = createBudget({ usd: 1, tokens: 5 }, amount({ usd: 1 }));
    expect(budget.check(amount({ usd: 0.5 }))).toHaveLength(1);
    budget.raise({ usd: 2 });
    expect(budget.check(amount({ usd: 0.5, tokens: 5 }))).toEqual([]);
    expect(budget.limits()).toEqual({ usd: 2, tokens: 5 });
  });

  it('tolerates the last bits of sums', () => {
    const budget = createBudget({ usd: 0.3 }, amount({ usd: 0.1 + 0.1 }));
    expect(budget.check(amount({ usd: 0.1 }))).toEqual([]);
  });
});

/** Calls that begin and end in any order; each uses at most what was set aside for it. */
const call = fc.record({
  most: fc.record({
    usd: fc.double({ min: 0, max: 2, noNaN: true }),
    tokens: fc.nat(100),
    modelCalls: fc.constantFrom(0, 1),
    seconds: fc.double({ min: 0, max: 10, noNaN: true }),
  }),
  /** Which part of it was used. */
  share: fc.double({ min: 0, max: 1, noNaN: true }),
});
const limits = fc.record(
  {
    usd: fc.double({ min: 0, max: 5, noNaN: true }),
    tokens: fc.nat(300),
    modelCalls: fc.nat(5),
    seconds: fc.double({ min: 0, max: 30, noNaN: true }),
  },
  { requiredKeys: [] },
);
const part = (most: Amount, share: number): Amount => ({
  usd: most.usd * share,
  tokens: Math.floor(most.tokens * share),
  modelCalls: most.modelCalls,
  seconds: most.seconds * share,
});

describe('for any interleaving of calls', () => {
  it('no limit of any scope is ever passed, and none is left that a call could still have', () => {
    fc.assert(
      fc.property(
        limits,
        limits,
        fc.array(fc.oneof({ weight: 2, arbitrary: call }, fc.record({ end: fc.nat(20) })), { maxLength: 40 }),
        (outer, inner, steps) => {
          const scopes = [scope(createBudget(inner)), scope(createBudget(outer))];
          const open: { reservations: Reservation[]; actual: Amount }[] = [];
          let began = 0;
          let refused = 0;
          for (const step of steps) {
            if ('end' in step) {
              const [ended] = open.splice(step.end % Math.max(1, open.length), 1);
              for (const reservation of ended?.reservations ?? []) reservation.settle(ended?.actual ?? NOTHING);
            } else {
              const decision = decide(scopes, step.most);
              if (decision.action === 'call') {
                began += 1;
                open.push({
                  reservations: scopes.map(({ budget }) => budget.reserve(step.most)),
                  actual: part(step.most, step.share),
                });
              } else refused += 1;
              // With nothing under way there is nothing to wait for.
              if (open.length === 0) expect(decision.action).not.toBe('wait');
            }
            for (const { budget } of scopes) {
              for (const kind of AMOUNT_KINDS) {
                const limit = budget.limits()[kind] ?? Number.POSITIVE_INFINITY;
                expect(budget.used()[kind] + budget.reserved()[kind]).toBeLessThanOrEqual(limit + 1e-6);
              }
            }
          }
          for (const { reservations, actual } of open) for (const one of reservations) one.settle(actual);
          for (const { budget } of scopes) expect(budget.reserved()).toEqual(NOTHING);
          expect(began + refused).toBe(steps.filter((step) => !('end' in step)).length);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('a call is refused only where it could pass a limit', () => {
    fc.assert(
      fc.property(limits, call, call, (given, { most: used }, { most }) => {
        const budget = createBudget(given, used);
        const could = AMOUNT_KINDS.some(
          (kind) => most[kind] > 0 && used[kind] + most[kind] > (given[kind] ?? Infinity) + 1e-9,
        );
        expect(decide([scope(budget)], most).action).toBe(could ? 'fail' : 'call');
      }),
    );
  });
});

describe('what is decided', () => {
  const full = () => createBudget({ usd: 1 }, amount({ usd: 1 }));
  const most = amount({ usd: 0.5 });

  it('follows the policy of the narrowest scope that is used up', () => {
    const node: BudgetScope = { kind: 'node', nodeId: 'a', budget: full(), policy: { onReached: 'ask' } };
    expect(decide([node, scope(full())], most)).toMatchObject({
      action: 'ask',
      scope: { nodeId: 'a' },
      excess: { kind: 'usd', by: 0.5 },
    });
    expect(decide([scope(createBudget({ usd: 9 })), scope(full())], most)).toMatchObject({ action: 'fail' });
    expect(decide([], most)).toEqual({ action: 'call' });
  });

  it('takes each cheaper model once', () => {
    const scopes = [scope(full(), { onReached: 'downgrade', downgradeTo: 'openai/gpt-6-luna' })];
    expect(decide(scopes, most)).toMatchObject({ action: 'downgrade', to: 'openai/gpt-6-luna' });
    expect(decide(scopes, most, ['openai/gpt-6-luna'])).toMatchObject({ action: 'fail' });
    expect(decide([scope(full(), { onReached: 'downgrade' })], most)).toMatchObject({ action: 'fail' });
  });

  it('waits for calls under way, but not where that cannot help', () => {
    const busy = createBudget({ usd: 1 });
    busy.reserve(amount({ usd: 0.8 }));
    expect(decide([scope(busy)], most)).toEqual({ action: 'wait' });
    expect(decide([scope(busy), scope(full())], most)).toMatchObject({ action: 'fail' });
  });
});
