import { describe, expect, it } from 'vitest';
import { last, ofType, outline, outputs } from './testing/read-events.ts';
import { finishedStepsOf, runScripted, scripted } from './testing/scripted-run.ts';

const text = (template: string) => ({ config: { text: template } });
const output = (template = '{{ previous }}') => ({ type: 'output', ...text(template) });

describe('an evaluation', () => {
  const definition = scripted({
    nodes: {
      write: text('{{ $exists(feedback) ? feedback.output & feedback.round & feedback.evaluation.round : "" }}'),
      tidy: text('{{ $exists(feedback) ? "told" : previous }}'),
      aside: text('{{ previous }}'),
      review: { type: 'check', config: { judged: 'write', passes: 2 } },
      end: { type: 'output', config: { text: '{{ previous.round }}', delayMs: 1 } },
    },
    edges: ['write>tidy', 'tidy>review', 'tidy>aside', 'review.pass>end', 'review.fail>aside'],
  });

  it('sends the judged step round again with what it says, and what leaves elsewhere waits for the end', async () => {
    const events = await runScripted(definition);
    expect(outline(events).filter((line) => !line.startsWith('step_started'))).toEqual([
      'execution_started',
      'step_completed write',
      'step_completed tidy',
      'step_completed review',
      'step_completed review[1]/write',
      'step_completed review[1]/tidy',
      'step_completed review[1]/review',
      'step_completed review[2]/write',
      'step_completed review[2]/tidy',
      'step_completed review[2]/review',
      'step_completed aside',
      'step_completed end',
      'execution_completed',
    ]);
    expect(outputs(events)).toMatchObject({
      write: '',
      'review[1]/write': '10',
      'review[2]/write': '1021',
      aside: '1021',
    });
    expect(last(events)).toMatchObject({ results: 2 });
  });

  it('goes on in the round in which it was interrupted', async () => {
    const full = await runScripted(definition);
    const finished = finishedStepsOf(full);
    for (let count = 0; count <= finished.length; count += 1) {
      const resumed = await runScripted(definition, { resumeFrom: finished.slice(0, count) });
      expect(finishedStepsOf(resumed)).toEqual(finished.slice(count));
      expect(last(resumed)).toMatchObject({ results: 2 });
    }
  });

  it('begins anew inside another one that goes back', async () => {
    const nested = scripted({
      nodes: {
        a: text('{{ feedback.round }}'),
        b: text('{{ feedback.round }}'),
        inner: { type: 'check', config: { passes: 1 } },
        outer: { type: 'check', config: { judged: 'a', passes: 1 } },
        end: output(),
      },
      edges: ['a>b', 'b>inner', 'inner.pass>outer', 'outer.pass>end'],
    });
    const events = await runScripted(nested);
    expect(ofType(events, 'step_completed').map(({ nodeId, iteration }) => `${iteration} ${nodeId}`)).toEqual([
      ' a',
      ' b',
      ' inner',
      'inner[1] b',
      'inner[1] inner',
      ' outer',
      'outer[1] a',
      'outer[1] b',
      'outer[1] inner',
      'outer[1]/inner[1] b',
      'outer[1]/inner[1] inner',
      'outer[1] outer',
      ' end',
    ]);
  });

  it('lets go at once of what a failed or skipped evaluation held', async () => {
    const held = scripted({
      nodes: {
        a: { config: { text: 'a', ports: ['x'] } },
        review: { type: 'check', config: { judged: 'a' } },
        aside: output(),
      },
      edges: ['a.x>aside', 'a.y>review'],
    });
    expect(last(await runScripted(held))).toMatchObject({ results: 'a' });
    const failing = scripted({
      nodes: {
        a: text('a'),
        review: { type: 'check', onError: 'continue', config: { judged: 'a', passes: 'x' } },
        aside: output('{{ previous }}'),
      },
      edges: ['a>aside', 'a>review'],
    });
    expect(last(await runScripted(failing))).toMatchObject({ results: 'a' });
  });

  it('starts once nothing in its region is left to end', async () => {
    const early = scripted({
      nodes: {
        a: text('a'),
        fast: {},
        slow: { config: { delayMs: 100 } },
        merge: { type: 'merge', config: { count: 1 } },
        review: { type: 'check', config: { judged: 'a', passes: 1 } },
        end: output('{{ previous.round }}'),
      },
      edges: ['a>fast', 'a>slow', 'fast>merge', 'slow>merge', 'merge>review', 'review.pass>end'],
    });
    const events = await runScripted(early);
    expect(ofType(events, 'step_started').filter(({ nodeId }) => nodeId === 'review')).toMatchObject([
      { at: 100 },
      { at: 200 },
    ]);
    expect(last(events)).toMatchObject({ type: 'execution_completed', results: 1 });
  });

  it.each([
    ['what does not lead to it', ['b>a', 'b>review'], 'a'],
    ['one of several', ['a>review', 'b>review'], undefined],
    ['itself', ['a>review'], 'review'],
  ])('fails when it sends back %s', async (_name, edges, judged) => {
    const wrong = scripted({ nodes: { a: {}, b: {}, review: { type: 'check', config: { judged } } }, edges });
    expect(last(await runScripted(wrong))).toMatchObject({ error: { code: 'invalid_workflow', nodeId: 'review' } });
  });

  it.each([
    ['share steps', ['a>b', 'b>one', 'b>c', 'c>two'], { one: 'a', two: 'b' }],
    ['wait for each other', ['a>x', 'a>m', 'm>y', 'b>y', 'b>n', 'n>x', 'x>one', 'y>two'], { one: 'a', two: 'b' }],
  ])('is refused beside another one when they %s', async (_name, edges, { one, two }) => {
    const ids = [...new Set(edges.flatMap((edge) => edge.split('>')))].filter((id) => id !== 'one' && id !== 'two');
    const overlapping = scripted({
      nodes: {
        ...Object.fromEntries(ids.map((id) => [id, {}])),
        one: { type: 'check', config: { judged: one } },
        two: { type: 'check', config: { judged: two } },
      },
      edges,
    });
    expect(last(await runScripted(overlapping))).toMatchObject({
      error: { code: 'invalid_workflow', message: expect.stringContaining('overlaps') },
    });
  });
});
