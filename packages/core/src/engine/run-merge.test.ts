import { describe, expect, it } from 'vitest';
import { SKIP_REASONS } from './skip-reasons.ts';
import { last, ofType, outline } from './testing/read-events.ts';
import { attemptsOf, finishedStepsOf, runScripted, scripted } from './testing/scripted-run.ts';

const pause = (delayMs: number, id = 'x') => ({ config: { delayMs, text: id } });
const output = (template = '{{ previous }}') => ({ type: 'output', config: { text: template } });

describe('a merge', () => {
  it('goes on with what had arrived, and lets the others run to their end', async () => {
    const definition = scripted({
      nodes: {
        a: pause(30, 'a'),
        b: pause(10, 'b'),
        c: pause(20, 'c'),
        merge: { type: 'merge', config: { count: 2 } },
        end: output(),
      },
      edges: ['a>merge', 'b>merge', 'c>merge', 'merge>end'],
    });
    const events = await runScripted(definition);
    expect(last(events)).toMatchObject({ at: 30, results: { b: 'b', c: 'c' } });
    expect(outline(events).at(-2)).toBe('step_completed a');
  });

  it('keeps to what had arrived while it waits for a slot', async () => {
    const definition = scripted({
      nodes: {
        a: pause(10, 'a'),
        b: pause(10, 'b'),
        busy: pause(40),
        more: pause(40),
        merge: { type: 'merge', config: { count: 1 } },
        end: output(),
      },
      edges: ['a>merge', 'b>merge', 'merge>end'],
      settings: { maxParallel: 2 },
    });
    expect(last(await runScripted(definition))).toMatchObject({ results: 'a' });
  });

  it('makes do with fewer when no more can come', async () => {
    const definition = scripted({
      nodes: {
        a: { config: { text: 'a', ports: ['x'] } },
        b: {},
        merge: { type: 'merge', config: { count: 2 } },
        end: output(),
      },
      edges: ['a.x>merge', 'a.y>b', 'b>merge', 'merge>end'],
    });
    expect(last(await runScripted(definition))).toMatchObject({ results: 'a' });
  });

  const race = scripted({
    nodes: {
      fast: pause(10, 'fast'),
      slow: pause(50),
      late: {},
      before: {},
      each: { type: 'each' },
      body: { parent: 'each', ...pause(50) },
      shared: pause(5),
      other: output('{{ 1 }}'),
      merge: { type: 'merge', config: { count: 1, cancels: true } },
      end: output(),
    },
    edges: [
      'fast>merge',
      'slow>late',
      'late>merge',
      'before>each',
      'each>merge',
      'shared>merge',
      'shared.no>other',
      'merge>end',
    ],
  });

  it('cancels what runs only for it, also inside containers, and nothing else', async () => {
    const { shared: _, ...without } = Object.fromEntries(race.nodes.map((node) => [node.id, node]));
    const definition = { ...race, nodes: Object.values(without) };
    const events = await runScripted({ ...definition, edges: race.edges.filter(({ source }) => source !== 'shared') });
    expect(outline(events).slice(-9)).toEqual([
      'step_started merge',
      'step_cancelled slow',
      'step_cancelled each[0]/body',
      'step_cancelled each[1]/body',
      'step_completed merge',
      'step_started end',
      'step_cancelled each',
      'step_completed end',
      'execution_completed',
    ]);
    expect(ofType(events, 'step_skipped')[0]?.reason).toBe(SKIP_REASONS.notNeeded);
  });

  it('leaves alone what leads elsewhere as well', async () => {
    const events = await runScripted({
      ...race,
      nodes: race.nodes.map((node) =>
        node.id === 'shared' ? { ...node, config: { delayMs: 70, ports: ['no'] } } : node,
      ),
    });
    expect(outline(events)).toContain('step_completed shared');
    expect(last(events)).toMatchObject({ results: { other: 1, end: 'fast' } });
  });

  it('takes the same one again when it is resumed, wherever that was', async () => {
    const full = await runScripted(race);
    const lastEnd = full.findIndex((event) => event.type === 'step_completed' && event.nodeId === 'shared');
    for (let count = lastEnd + 1; count < full.length; count += 1) {
      const before = full.slice(0, count);
      const resumeFrom = finishedStepsOf(before);
      const resumed = await runScripted(race, { resumeFrom, attempts: attemptsOf(before) });
      expect(last(resumed)).toMatchObject({ results: (last(full) as { results?: unknown }).results });
      const all = [...resumeFrom, ...finishedStepsOf(resumed)].filter(({ iteration }) => iteration === '');
      expect(all.map((step) => `${step.status} ${step.nodeId}`).sort()).toEqual(
        finishedStepsOf(full)
          .filter(({ iteration }) => iteration === '')
          .map((step) => `${step.status} ${step.nodeId}`)
          .sort(),
      );
    }
  });

  it('withdraws a step that waits for a person', async () => {
    const definition = scripted({
      nodes: {
        ask: { config: { asks: true } },
        timer: pause(100, 'late'),
        merge: { type: 'merge', config: { count: 1, cancels: true } },
        end: output(),
      },
      edges: ['ask>merge', 'timer>merge', 'merge>end'],
    });
    const events = await runScripted(definition);
    expect(outline(events)).toEqual([
      'execution_started',
      'step_started ask',
      'step_started timer',
      'step_waiting ask',
      'step_completed timer',
      'step_cancelled ask',
      'step_started merge',
      'step_completed merge',
      'step_started end',
      'step_completed end',
      'execution_completed',
    ]);
  });
});
