import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WorkflowDefinition } from '../definition/workflow-definition.ts';
import type { EngineEvent, FinishedStep } from './events.ts';
import { stepKey } from './step-key.ts';
import { anyWorkflow } from './testing/any-workflow.ts';
import { createRunCheck } from './testing/check-run.ts';
import { ofType } from './testing/read-events.ts';
import { attemptsOf, finishedStepsOf, runScripted } from './testing/scripted-run.ts';
import { createVirtualClock } from './testing/virtual-clock.ts';

const EVERYBODY = { has: () => true };

const withoutTime = (event: EngineEvent | undefined) => ({ ...event, at: 0 });
const asSet = (steps: readonly FinishedStep[]) => steps.map((step) => JSON.stringify(step)).sort();

/** A busy machine takes many times as long. */
const PATIENCE = { timeout: 120_000 };

describe('any workflow with containers, feedback and merges', PATIENCE, () => {
  it('keeps the rules, and leaves nothing behind', async () => {
    await fc.assert(
      fc.asyncProperty(anyWorkflow({ isSteady: false, asks: true }), async (definition) => {
        const clock = createVirtualClock();
        const check = createRunCheck(definition, { isSteady: false });
        check(await runScripted(definition, { clock }));
        expect(clock.sleeping()).toBe(0);
      }),
      { numRuns: 2_000 },
    );
  });

  it('does the same twice', async () => {
    await fc.assert(
      fc.asyncProperty(anyWorkflow({ isSteady: false }), async (definition) => {
        expect(await runScripted(definition)).toEqual(await runScripted(definition));
      }),
      { numRuns: 300 },
    );
  });

  it('leaves nothing running when it is cancelled at any point', async () => {
    await fc.assert(
      fc.asyncProperty(anyWorkflow({ isSteady: false, asks: true }), fc.nat(60), async (definition, cancelAt) => {
        const clock = createVirtualClock();
        const cancel = new AbortController();
        let seen = 0;
        const onEvent = () => {
          if (seen++ === cancelAt) cancel.abort();
        };
        const events = await runScripted(definition, { clock, signal: cancel.signal, onEvent });
        createRunCheck(definition, { isSteady: false })(events);
        expect(clock.sleeping()).toBe(0);
      }),
      { numRuns: 1_000 },
    );
  });

  it('gives the same when it is resumed from any point', async () => {
    await fc.assert(
      fc.asyncProperty(anyWorkflow({ isSteady: true }), async (definition) => {
        const full = await runScripted(definition);
        for (let count = 1; count < full.length; count += Math.ceil(full.length / 12)) {
          await checkResumed(definition, full, count);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('keeps the rules when it is resumed, whichever branch was first', async () => {
    await fc.assert(
      fc.asyncProperty(anyWorkflow({ isSteady: false }), fc.nat(100), async (definition, at) => {
        const full = await runScripted(definition);
        const before = full.slice(0, 1 + (at % full.length));
        if (before.length === full.length) return;
        const check = createRunCheck(definition, { isSteady: false });
        check(before, { isInterrupted: true });
        const resumeFrom = finishedStepsOf(before);
        const resumed = await runScripted(definition, { resumeFrom, attempts: attemptsOf(before) });
        check(resumed);
        // What had begun begins again with the same: a merge with the same branch, a round with the same item.
        const inputs = inputsOf(before);
        for (const [key, input] of inputsOf(resumed)) if (inputs.has(key)) expect(input).toEqual(inputs.get(key));
      }),
      { numRuns: 500 },
    );
  });

  it('waits as often as it must, and ends as if everybody had answered at once', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyWorkflow({ isSteady: true, asks: true }),
        fc.infiniteStream(fc.boolean()),
        async (definition, coins) => {
          const expected = await runScripted(definition, { answers: EVERYBODY });
          const check = createRunCheck(definition, { isSteady: true });
          const answers = new Set<string>();
          let finished: FinishedStep[] = [];
          let attempts: Record<string, number> = {};
          for (;;) {
            const events = await runScripted(definition, { resumeFrom: finished, attempts, answers });
            check(events);
            finished = [...finished, ...finishedStepsOf(events)];
            attempts = { ...attempts, ...attemptsOf(events) };
            const end = events.at(-1);
            if (end?.type !== 'execution_waiting') {
              expect(withoutTime(end)).toEqual(withoutTime(expected.at(-1)));
              expect(asSet(finished)).toEqual(asSet(finishedStepsOf(expected)));
              return;
            }
            end.waits.forEach((wait, index) => {
              if (index === 0 || coins.next().value) answers.add(stepKey(wait.nodeId, wait.iteration));
            });
          }
        },
      ),
      { numRuns: 400 },
    );
  });
});

const checkResumed = async (definition: WorkflowDefinition, full: EngineEvent[], count: number): Promise<void> => {
  const before = full.slice(0, count);
  const resumeFrom = finishedStepsOf(before);
  const resumed = await runScripted(definition, { resumeFrom, attempts: attemptsOf(before) });
  expect(withoutTime(resumed.at(-1))).toEqual(withoutTime(full.at(-1)));
  expect(asSet([...resumeFrom, ...finishedStepsOf(resumed)])).toEqual(asSet(finishedStepsOf(full)));
};

const inputsOf = (events: readonly EngineEvent[]): Map<string, unknown> =>
  new Map(ofType(events, 'step_started').map((event) => [stepKey(event.nodeId, event.iteration), event.input]));
