import { describe, expect, it } from 'vitest';
import type { FinishedStep } from './events.ts';
import { SKIP_REASONS } from './skip-reasons.ts';
import { last, ofType, outline } from './testing/read-events.ts';
import { finishedStepsOf, runScripted, scripted } from './testing/scripted-run.ts';

const text = (template: string, ports = ['out']) => ({ config: { text: template, ports } });

const definition = scripted({
  nodes: {
    start: text('s'),
    choose: text('c', ['yes']),
    yes: text('y'),
    no: text('{{ [previous, steps.start.output] }}'),
    after_no: text('{{ previous }}'),
    end: { type: 'output', config: { text: '{{ previous }}' } },
  },
  edges: ['start>choose', 'choose.yes>yes', 'choose.no>no', 'no>after_no', 'yes>end', 'after_no>end'],
});

const ancestors = async (...ids: string[]): Promise<FinishedStep[]> =>
  finishedStepsOf(await runScripted(definition)).filter(({ nodeId }) => ids.includes(nodeId));

describe('running only some steps', () => {
  it('runs one alone on what came before, even where the branch was not taken, and gives its output', async () => {
    const events = await runScripted(definition, { only: ['no'], resumeFrom: await ancestors('start', 'choose') });
    expect(outline(events).sort()).toEqual(
      [
        'execution_started',
        'step_skipped yes',
        'step_skipped end',
        'step_started no',
        'step_completed no',
        'step_skipped after_no',
        'execution_completed',
      ].sort(),
    );
    expect(ofType(events, 'step_skipped').every(({ reason }) => reason === SKIP_REASONS.notSelected)).toBe(true);
    expect(last(events)).toMatchObject({ results: ['c', 's'] });
  });

  it('runs several after each other, and gives their outputs by id', async () => {
    const events = await runScripted(definition, {
      only: ['no', 'after_no'],
      resumeFrom: await ancestors('start', 'choose'),
    });
    expect(last(events)).toMatchObject({ results: { no: ['c', 's'], after_no: ['c', 's'] } });
  });

  it('sends nothing back', async () => {
    const judged = scripted({
      nodes: { a: text('a'), review: { type: 'check', config: { passes: 9 } } },
      edges: ['a>review'],
    });
    const resumeFrom: FinishedStep[] = [
      { status: 'completed', nodeId: 'a', iteration: '', output: 'a', ports: ['out'] },
    ];
    const events = await runScripted(judged, { only: ['review'], resumeFrom });
    expect(last(events)).toMatchObject({ type: 'execution_completed', results: { value: 'a', isPassed: false } });
  });

  it('refuses what is no step of the workflow itself', async () => {
    expect(last(await runScripted(definition, { only: ['gone'] }))).toMatchObject({
      error: { code: 'invalid_workflow', message: expect.stringContaining('“gone”') },
    });
  });
});

describe('a failed step', () => {
  it('takes the port for errors where it branches, and hands the error on', async () => {
    const branching = scripted({
      nodes: {
        bad: { onError: 'branch', config: { failures: 1, errorCode: 'http_failed' } },
        good: {},
        rescue: { type: 'output', config: { text: '{{ previous.error.code & ": " & previous.error.message }}' } },
      },
      edges: ['bad>good', 'bad.error>rescue'],
    });
    const events = await runScripted(branching);
    expect(ofType(events, 'step_failed')[0]).toMatchObject({
      continued: true,
      ports: ['error'],
      output: { error: { code: 'http_failed', message: 'boo' } },
    });
    expect(ofType(events, 'step_skipped')[0]).toMatchObject({ nodeId: 'good' });
    expect(last(events)).toMatchObject({ results: 'http_failed: boo' });
    const finished = finishedStepsOf(events).filter(({ nodeId }) => nodeId === 'bad');
    expect(last(await runScripted(branching, { resumeFrom: finished }))).toMatchObject({ results: 'http_failed: boo' });
  });

  it('goes on with a value, by every port but the one for errors', async () => {
    const continuing = scripted({
      nodes: {
        bad: { onError: 'continue', onErrorValue: { n: 1 }, config: { failures: 1 } },
        rescue: {},
        end: { type: 'output', config: { text: '{{ previous.n }}' } },
      },
      edges: ['bad.x>end', 'bad.error>rescue'],
    });
    const events = await runScripted(continuing);
    expect(ofType(events, 'step_failed')[0]).toMatchObject({ continued: true, ports: ['x'], output: { n: 1 } });
    expect(ofType(events, 'step_skipped')[0]).toMatchObject({ nodeId: 'rescue' });
    expect(last(events)).toMatchObject({ results: 1 });
  });
});
