import { describe, expect, it } from 'vitest';
import { last, ofType, outline } from './testing/read-events.ts';
import { attemptsOf, finishedStepsOf, runScripted, scripted } from './testing/scripted-run.ts';

const ask = { config: { asks: true } };

describe('a step that waits', () => {
  const definition = scripted({
    nodes: {
      ask: { config: { asks: true, text: 'yes' }, retry: { maxAttempts: 2, backoffMs: 0 } },
      other: { config: { delayMs: 10 } },
      after_other: {},
      end: { type: 'output', config: { text: '{{ previous }}' } },
    },
    edges: ['other>after_other', 'ask>end'],
    settings: { maxParallel: 1 },
  });

  it('lets the others go on, and the execution wait when nothing else is left', async () => {
    const events = await runScripted(definition);
    expect(outline(events)).toEqual([
      'execution_started',
      'step_started ask',
      'step_waiting ask',
      'step_started other',
      'step_completed other',
      'step_started after_other',
      'step_completed after_other',
      'execution_waiting',
    ]);
    expect(last(events)).toEqual({
      type: 'execution_waiting',
      at: 10,
      waits: [{ nodeId: 'ask', iteration: '', kind: 'human' }],
    });
  });

  it('makes the same attempt again when it is resumed', async () => {
    const before = await runScripted(definition, { attempts: { ask: 2 } });
    const resumed = await runScripted(definition, {
      resumeFrom: finishedStepsOf(before),
      attempts: attemptsOf(before),
      answers: new Set(['ask']),
    });
    expect(ofType(resumed, 'step_completed')).toMatchObject([{ nodeId: 'ask', attempt: 2 }, { nodeId: 'end' }]);
    expect(last(resumed)).toMatchObject({ results: 'yes' });
  });

  it('ends as cancelled when the execution does not wait after all', async () => {
    const failing = scripted({ nodes: { ask, bad: { config: { failures: 1, delayMs: 5 } } }, edges: [] });
    const events = await runScripted(failing);
    expect(outline(events).slice(-4)).toEqual([
      'step_waiting ask',
      'step_failed bad',
      'step_cancelled ask',
      'execution_failed',
    ]);
  });
});

describe('a container with steps that wait', () => {
  const each = scripted({
    nodes: {
      each: { type: 'each', config: { items: 3, parallel: 2 } },
      a: { parent: 'each', ...ask },
      end: { type: 'output', config: { text: '{{ $count(previous) }}' } },
    },
    edges: ['each>end'],
  });

  it('waits with them, once its other rounds have come as far as they can', async () => {
    const events = await runScripted(each, { answers: new Set(['each[1]/a']) });
    expect(outline(events).slice(1)).toEqual([
      'step_started each',
      'step_started each[0]/a',
      'step_started each[1]/a',
      'step_completed each[1]/a',
      'step_waiting each[0]/a',
      'step_started each[2]/a',
      'step_waiting each[2]/a',
      'step_waiting each',
      'execution_waiting',
    ]);
    expect(last(events)).toMatchObject({
      waits: [
        { nodeId: 'a', iteration: 'each[0]' },
        { nodeId: 'a', iteration: 'each[2]' },
      ],
    });
  });

  it('goes on with the rounds that were answered', async () => {
    let finished = finishedStepsOf(await runScripted(each));
    const answers = new Set<string>();
    for (const key of ['each[2]/a', 'each[0]/a']) {
      answers.add(key);
      const events = await runScripted(each, { resumeFrom: finished, answers });
      expect(last(events)?.type).toBe('execution_waiting');
      finished = [...finished, ...finishedStepsOf(events)];
    }
    answers.add('each[1]/a');
    const done = await runScripted(each, { resumeFrom: finished, answers });
    expect(outline(done).slice(1, 4)).toEqual([
      'step_started each',
      'step_started each[1]/a',
      'step_completed each[1]/a',
    ]);
    expect(last(done)).toMatchObject({ results: 3 });
  });

  it('cancels them with itself', async () => {
    const late = scripted({
      nodes: {
        each: { type: 'each', timeoutMs: 500, config: { items: 2 } },
        a: { parent: 'each', ...ask },
        b: { parent: 'each', config: { hangs: true } },
        c: {},
      },
      edges: ['each>c'],
    });
    const events = await runScripted(late);
    const ends = outline(events).slice(-7);
    expect(ends.slice(0, 4).sort()).toEqual([
      'step_cancelled each[0]/a',
      'step_cancelled each[0]/b',
      'step_cancelled each[1]/a',
      'step_cancelled each[1]/b',
    ]);
    expect(ends.slice(4)).toEqual(['step_failed each', 'step_skipped c', 'execution_failed']);
  });

  it('is cancelled with them when the execution is', async () => {
    const cancel = new AbortController();
    const beside = {
      ...each,
      nodes: [...each.nodes, ...scripted({ nodes: { z: { config: { hangs: true } } }, edges: [] }).nodes],
    };
    const events = await runScripted(beside, {
      signal: cancel.signal,
      onEvent: (event) => event.type === 'step_waiting' && event.nodeId === 'each' && cancel.abort(),
    });
    expect(outline(events).slice(-7)).toEqual([
      'step_cancelled z',
      'step_cancelled each[0]/a',
      'step_cancelled each[1]/a',
      'step_cancelled each[2]/a',
      'step_cancelled each',
      'step_skipped end',
      'execution_cancelled',
    ]);
  });
});

describe('a nested workflow with steps that wait', () => {
  it('lets the step that runs it wait, and goes on with the answer', async () => {
    const inner = scripted({
      nodes: {
        a: { config: { asks: true, text: 'yes' } },
        end: { type: 'output', config: { text: '{{ previous }}' } },
      },
      edges: ['a>end'],
    });
    const definition = scripted({
      nodes: {
        call: { type: 'call', config: { workflows: [inner] } },
        end: { type: 'output', config: { text: '{{ previous }}' } },
      },
      edges: ['call>end'],
    });
    const before = await runScripted(definition);
    expect(outline(before).slice(-3)).toEqual(['step_waiting call[0]/a', 'step_waiting call', 'execution_waiting']);
    expect(last(before)).toMatchObject({ waits: [{ nodeId: 'a', iteration: 'call[0]' }] });
    const resumeFrom = finishedStepsOf(before);
    const after = await runScripted(definition, { resumeFrom, answers: new Set(['call[0]/a']) });
    expect(last(after)).toMatchObject({ results: ['yes'] });
  });
});
