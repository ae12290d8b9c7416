import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Caller, createCallQueue, type Waiting } from './call-queue.ts';

type Numbered = Caller & { number: number };

const MAX_UNDER_WAY = 4;
const WORKSPACE_CALLS: Record<string, number> = { a: 1, b: 3, c: 10 };
const SOURCE_CALLS: Record<string, number | undefined> = { k: 1, l: 2, m: undefined };

const callerArb = fc.record({
  workspaceId: fc.constantFrom(...Object.keys(WORKSPACE_CALLS)),
  priority: fc.constantFrom<'interactive' | 'batch'>('interactive', 'batch'),
  source: fc.option(fc.constantFrom(...Object.keys(SOURCE_CALLS)), { nil: undefined }),
});
const actionArb = fc.oneof(
  { weight: 5, arbitrary: callerArb.map((of) => ({ do: 'add' as const, of })) },
  { weight: 4, arbitrary: fc.constant({ do: 'next' as const }) },
  { weight: 3, arbitrary: fc.nat().map((which) => ({ do: 'end' as const, which })) },
  { weight: 1, arbitrary: fc.nat().map((which) => ({ do: 'remove' as const, which })) },
  { weight: 1, arbitrary: fc.nat({ max: 3_000 }).map((ms) => ({ do: 'pass' as const, ms })) },
);

const countBy = <Item>(items: readonly Item[], keyOf: (item: Item) => string | undefined): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const key of items.map(keyOf)) if (key !== undefined) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
};

describe('whatever is asked, given up and ended in whatever order', () => {
  test('no limit is passed, nobody is passed by who came later, and no place stays empty', () => {
    fc.assert(
      fc.property(fc.array(actionArb, { maxLength: 200 }), (actions) => {
        const queue = createCallQueue<Numbered>({ maxUnderWay: MAX_UNDER_WAY, ageMs: 1_000 });
        const waiting: Waiting<Numbered>[] = [];
        const underWay: Waiting<Numbered>[] = [];
        let now = 0;
        let number = 0;

        const fits = ({ workspaceId, source }: Caller): boolean =>
          underWay.length < MAX_UNDER_WAY &&
          underWay.filter(({ caller }) => caller.workspaceId === workspaceId).length <
            (WORKSPACE_CALLS[workspaceId] ?? 0) &&
          (source?.calls === undefined ||
            underWay.filter(({ caller }) => caller.source?.id === source.id).length < source.calls);

        for (const action of actions) {
          if (action.do === 'add') {
            number += 1;
            const { workspaceId, priority, source } = action.of;
            const caller: Numbered = {
              number,
              workspaceId,
              priority,
              workspaceCalls: WORKSPACE_CALLS[workspaceId] ?? 0,
              ...(source ? { source: { id: source, calls: SOURCE_CALLS[source] } } : {}),
            };
            waiting.push(queue.add(caller, now));
          } else if (action.do === 'next') {
            const next = queue.next(now);
            if (!next) {
              expect(waiting.filter(({ caller }) => fits(caller))).toEqual([]);
              continue;
            }
            expect(fits(next.caller)).toBe(true);
            const passed = waiting.filter(
              ({ caller }) =>
                caller.number < next.caller.number &&
                caller.workspaceId === next.caller.workspaceId &&
                caller.source?.id === next.caller.source?.id &&
                caller.priority === next.caller.priority,
            );
            expect(passed).toEqual([]);
            waiting.splice(waiting.indexOf(next), 1);
            underWay.push(next);
          } else if (action.do === 'end' && underWay.length > 0) {
            const [ended] = underWay.splice(action.which % underWay.length, 1);
            if (ended) queue.end(ended.caller);
          } else if (action.do === 'remove' && waiting.length > 0) {
            const [gone] = waiting.splice(action.which % waiting.length, 1);
            if (gone) expect(queue.remove(gone)).toBe(true);
          } else if (action.do === 'pass') now += action.ms;
          expect(queue.waiting()).toBe(waiting.length);
          expect(queue.underWay()).toBe(underWay.length);
          for (const [id, count] of countBy(underWay, ({ caller }) => caller.source?.id)) {
            expect(queue.underWayOf(id)).toBe(count);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  test('everybody has a turn, also while others never stop asking', () => {
    fc.assert(
      fc.property(
        fc.array(callerArb, { minLength: 1, maxLength: 30 }),
        fc.array(callerArb, { minLength: 1, maxLength: 3 }),
        fc.nat({ max: 29 }),
        (before, flood, which) => {
          const queue = createCallQueue<Numbered>({ maxUnderWay: MAX_UNDER_WAY, ageMs: 50 });
          const ask = (of: (typeof flood)[number], number: number, now: number) =>
            queue.add(
              {
                number,
                workspaceId: of.workspaceId,
                workspaceCalls: WORKSPACE_CALLS[of.workspaceId] ?? 0,
                priority: of.priority,
                ...(of.source
                  ? { source: { id: `${of.workspaceId} ${of.source}`, calls: SOURCE_CALLS[of.source] } }
                  : {}),
              },
              now,
            );
          for (const [index, of] of before.entries()) ask(of, index, 0);
          const watched = which % before.length;
          const underWay: Waiting<Numbered>[] = [];
          let had = false;
          // Calls take 10 ms, and each round as many new ones come as could be made in the time.
          for (let now = 0; now < 2_000 && !had; now += 10) {
            for (const ended of underWay.splice(0)) queue.end(ended.caller);
            for (let index = 0; index < MAX_UNDER_WAY; index += 1) {
              const of = flood[index % flood.length];
              if (of) ask(of, 1_000, now);
            }
            for (let next = queue.next(now); next; next = queue.next(now)) {
              underWay.push(next);
              had ||= next.caller.number === watched;
            }
          }
          expect(had).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });
});
