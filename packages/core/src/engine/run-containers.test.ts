import { describe, expect, it } from 'vitest';
import { runWorkflow } from './run-workflow.ts';
import { last, ofType, outline, outputs } from './testing/read-events.ts';
import { hostWith, scriptedNodes } from './testing/scripted-node.ts';
import { finishedStepsOf, runScripted, scripted } from './testing/scripted-run.ts';
import { createVirtualClock } from './testing/virtual-clock.ts';

const text = (template: string) => ({ config: { text: template } });

describe('a container', () => {
  it('runs its body once for each round, inside its own start and end', async () => {
    const definition = scripted({
      nodes: {
        start: text('s'),
        each: { type: 'each', config: { items: 2, parallel: 1 } },
        a: { ...text('{{ [previous, item, index, steps.start.output] }}'), parent: 'each' },
        b: { ...text('{{ [steps.a.output[1], steps.start.output, input.topic] }}'), parent: 'each' },
        end: { type: 'output', config: { text: '{{ previous }}' } },
      },
      edges: ['start>each', 'a>b', 'each>end'],
    });
    const events = await runScripted(definition);
    expect(outline(events)).toEqual([
      'execution_started',
      'step_started start',
      'step_completed start',
      'step_started each',
      'step_started each[0]/a',
      'step_completed each[0]/a',
      'step_started each[0]/b',
      'step_completed each[0]/b',
      'step_started each[1]/a',
      'step_completed each[1]/a',
      'step_started each[1]/b',
      'step_completed each[1]/b',
      'step_completed each',
      'step_started end',
      'step_completed end',
      'execution_completed',
    ]);
    expect(outputs(events)).toMatchObject({ 'each[0]/a': [0, 0, 0, 's'], 'each[1]/a': [10, 10, 1, 's'] });
    expect(last(events)).toMatchObject({
      results: [
        [0, 's', 'tea'],
        [10, 's', 'tea'],
      ],
    });
  });

  it('hands the output of a round to the next one, and an outer map’s item to a loop inside it', async () => {
    const definition = scripted({
      nodes: {
        each: { type: 'each' },
        again: { type: 'again', parent: 'each', config: { rounds: 3 } },
        a: { ...text('{{ previous & "," & item & ":" & index }}'), parent: 'again' },
        end: { type: 'output', config: { text: '{{ previous }}' } },
      },
      edges: ['each>end'],
    });
    const events = await runScripted(definition);
    expect(last(events)).toMatchObject({ results: ['0,0:0,0:1,0:2', '10,10:0,10:1,10:2'] });
    expect(outline(events)).toContain('step_started each[1]/again[2]/a');
  });

  it('gives null for an empty body, and several last steps by id, leaving out the skipped', async () => {
    const definition = scripted({
      nodes: {
        empty: { type: 'again', config: { rounds: 1 } },
        some: { type: 'again', config: { rounds: 1 } },
        a: { parent: 'some', config: { text: 'a', ports: ['x'] } },
        b: { ...text('b'), parent: 'some' },
        c: { ...text('c'), parent: 'some' },
        d: { ...text('d'), parent: 'some' },
        one: { type: 'output', config: { text: '{{ steps.empty.output = null }}' } },
        two: { type: 'output', config: { text: '{{ steps.some.output }}' } },
      },
      edges: ['a.x>b', 'a.y>c', 'a.x>d', 'empty>one', 'some>two'],
    });
    const events = await runScripted(definition);
    expect(last(events)).toMatchObject({ results: { one: true, two: { b: 'b', d: 'd' } } });
    expect(outline(events)).toContain('step_skipped some[0]/c');
  });

  it('refuses what its last steps give when it is too large together', async () => {
    const large = { parent: 'one', config: { text: '{{ $pad("", 3000000, "x") }}' } };
    const definition = scripted({
      nodes: { one: { type: 'again', config: { rounds: 1 } }, a: large, b: large },
      edges: [],
    });
    expect(last(await runScripted(definition))).toMatchObject({
      error: { code: 'output_too_large', message: expect.stringContaining('A round’s output') },
    });
  });

  it('leaves out what is only drawn, and takes a frame for no container', async () => {
    const definition = scripted({
      nodes: { frame: { type: 'note' }, a: { parent: 'frame', type: 'output', config: { text: 'a' } } },
      edges: ['frame>a'],
    });
    const events = await runScripted(definition);
    expect(outline(events)).toEqual(['execution_started', 'step_started a', 'step_completed a', 'execution_completed']);
  });

  it('fails with the error of the step that failed, after the others of that round have ended', async () => {
    const definition = scripted({
      nodes: {
        each: { type: 'each' },
        bad: { parent: 'each', config: { failures: 1, delayMs: 5 } },
        slow: { parent: 'each', config: { hangs: true } },
        after: {},
      },
      edges: ['each>after'],
    });
    const events = await runScripted(definition);
    expect(outline(events).slice(-7)).toEqual([
      'step_failed each[0]/bad',
      'step_cancelled each[0]/slow',
      'step_cancelled each[1]/bad',
      'step_cancelled each[1]/slow',
      'step_failed each',
      'step_skipped after',
      'execution_failed',
    ]);
    expect(last(events)).toMatchObject({ error: { code: 'node_failed', message: 'boo', nodeId: 'bad' } });
  });

  it('may go on without a round that failed', async () => {
    const definition = scripted({
      nodes: {
        each: { type: 'each', config: { items: 2, onError: 'null' } },
        a: { parent: 'each', config: { text: '{{ index = 0 ? $error("no") : index }}' } },
        end: { type: 'output', config: { text: '{{ previous }}' } },
      },
      edges: ['each>end'],
    });
    expect(last(await runScripted(definition))).toMatchObject({ results: [null, 1] });
  });

  it('writes the number of a further attempt into the iteration of its rounds', async () => {
    const definition = scripted({
      nodes: {
        again: { type: 'again', config: { rounds: 1 }, retry: { maxAttempts: 2, backoffMs: 10 } },
        a: { parent: 'again', config: { failures: 1 } },
      },
      edges: [],
    });
    expect(outline(await runScripted(definition))).toEqual([
      'execution_started',
      'step_started again',
      'step_started again[0]/a',
      'step_failed again[0]/a',
      'step_retrying again',
      'step_started again#2[0]/a',
      'step_failed again#2[0]/a',
      'step_failed again',
      'execution_failed',
    ]);
  });

  it('ends its rounds before itself when its time is up', async () => {
    const definition = scripted({
      nodes: {
        each: { type: 'each', timeoutMs: 1_000, config: { items: 9, parallel: 9 } },
        a: { parent: 'each', config: { hangs: true } },
      },
      edges: [],
      settings: { maxParallel: 3 },
    });
    const clock = createVirtualClock();
    const events = await runScripted(definition, { clock });
    expect(outline(events).slice(-5)).toEqual([
      'step_cancelled each[0]/a',
      'step_cancelled each[1]/a',
      'step_cancelled each[2]/a',
      'step_failed each',
      'execution_failed',
    ]);
    expect(last(events)).toMatchObject({ at: 1_000, error: { code: 'node_timeout', nodeId: 'each' } });
    expect(clock.sleeping()).toBe(0);
  });

  it('gives its slot to its rounds, and has it again before it goes on', async () => {
    const definition = scripted({
      nodes: {
        again: { type: 'again', config: { rounds: 3 } },
        a: { parent: 'again', config: { delayMs: 10 } },
        b: { config: { delayMs: 15 } },
        c: { config: { delayMs: 15 } },
      },
      edges: [],
      settings: { maxParallel: 1 },
    });
    const events = await runScripted(definition);
    expect(last(events)).toMatchObject({ type: 'execution_completed', at: 60 });
  });

  it('finds the rounds of an earlier attempt', async () => {
    const definition = scripted({
      nodes: {
        again: { type: 'again', config: { rounds: 3 } },
        a: { parent: 'again', config: { delayMs: 10 } },
        b: { parent: 'again' },
      },
      edges: ['a>b'],
    });
    const full = await runScripted(definition);
    const finished = finishedStepsOf(full);
    const resumed = await runScripted(definition, { resumeFrom: finished.slice(0, 3) });
    expect(outline(resumed)).toEqual([
      'execution_started',
      'step_started again',
      'step_started again[1]/b',
      'step_completed again[1]/b',
      'step_started again[2]/a',
      'step_completed again[2]/a',
      'step_started again[2]/b',
      'step_completed again[2]/b',
      'step_completed again',
      'execution_completed',
    ]);
    expect(finishedStepsOf(resumed)).toEqual(finished.slice(3));
  });

  it('passes through when it is disabled', async () => {
    const definition = scripted({
      nodes: {
        start: text('s'),
        each: { type: 'each', disabled: true },
        a: { parent: 'each' },
        end: { type: 'output', config: { text: '{{ previous }}' } },
      },
      edges: ['start>each', 'each>end'],
    });
    const events = await runScripted(definition);
    expect(last(events)).toMatchObject({ results: 's' });
    expect(ofType(events, 'step_started').map(({ nodeId }) => nodeId)).toEqual(['start', 'each', 'end']);
  });
});

describe('a nested workflow', () => {
  const inner = (template: string, failures = 0) =>
    scripted({
      nodes: {
        a: { config: { text: template, failures } },
        end: { type: 'output', config: { text: '{{ previous }}' } },
      },
      edges: ['a>end'],
    });

  it('runs inside the step, and sees only its input', async () => {
    const definition = scripted({
      nodes: {
        each: { type: 'each', config: { items: 1 } },
        call: {
          parent: 'each',
          type: 'call',
          config: { workflows: [inner('{{ [input, $exists(item), $count($keys(steps))] }}'), inner('2')] },
        },
        end: { type: 'output', config: { text: '{{ previous }}' } },
      },
      edges: ['each>end'],
    });
    const events = await runScripted(definition);
    expect(outline(events)).toContain('step_completed each[0]/call[1]/end');
    expect(last(events)).toMatchObject({ results: [[[0, false, 0], '2']] });
  });

  it('fails the step with its error, which names the step and no node of the other workflow', async () => {
    const definition = scripted({
      nodes: { call: { type: 'call', config: { workflows: [inner('', 9)] } } },
      edges: [],
    });
    const events = await runScripted(definition);
    expect(outline(events).slice(-3)).toEqual(['step_failed call[0]/a', 'step_failed call', 'execution_failed']);
    expect(last(events)).toMatchObject({ error: { code: 'node_failed', message: 'boo', nodeId: 'call' } });
  });

  it('ends a circle of workflows', async () => {
    const nest = (depth: number): ReturnType<typeof scripted> =>
      depth === 0
        ? inner('deep')
        : scripted({
            nodes: {
              call: { type: 'call', config: { workflows: [nest(depth - 1)] } },
              end: { type: 'output', config: { text: '{{ previous }}' } },
            },
            edges: ['call>end'],
          });
    expect(last(await runScripted(nest(5)))).toMatchObject({ results: [[[[['deep']]]]] });
    expect(last(await runScripted(nest(6)))).toMatchObject({
      error: { code: 'invalid_workflow', message: 'Workflows call each other more than 5 levels deep.' },
    });
  });

  it('ends iterations that are too long to be told', async () => {
    const ids = Array.from({ length: 8 }, (_, index) => `${'x'.repeat(60)}${index}`);
    const nodes = ids.map((id, index) => [
      id,
      { type: 'again', config: { rounds: 1 }, ...(index > 0 ? { parent: ids[index - 1] } : {}) },
    ]);
    const definition = scripted({ nodes: { ...Object.fromEntries(nodes), a: { parent: ids[7] } }, edges: [] });
    expect(last(await runScripted(definition))).toMatchObject({
      error: { code: 'invalid_workflow', message: expect.stringContaining('too deep') },
    });
  });
});

describe('iterations', () => {
  it('end the scope where a region would make them too long, after its steps have ended', async () => {
    const ids = Array.from({ length: 6 }, (_, index) => `${'x'.repeat(58)}${index}`);
    const nodes = ids.map((id, index) => [
      id,
      { type: 'again', config: { rounds: 1 }, ...(index > 0 ? { parent: ids[index - 1] } : {}) },
    ]);
    const review = 'y'.repeat(40);
    const definition = scripted({
      nodes: {
        ...Object.fromEntries(nodes),
        a: { parent: ids[5] },
        [review]: { parent: ids[5], type: 'check' },
        slow: { parent: ids[5], config: { hangs: true } },
      },
      edges: [`a>${review}`],
    });
    const events = await runScripted(definition);
    expect(last(events)).toMatchObject({
      error: { code: 'invalid_workflow', message: expect.stringContaining('too deep') },
    });
    expect(ofType(events, 'step_cancelled')).toMatchObject([{ nodeId: 'slow' }]);
  });
});

describe('a reader that is slow', () => {
  it('holds up the start of further steps, and nothing is lost', async () => {
    const definition = scripted({
      nodes: { each: { type: 'each', config: { items: 5_000 } }, a: { parent: 'each' } },
      edges: [],
    });
    let calls = 0;
    const host = hostWith({ now: () => calls++, sleep: () => new Promise(() => undefined) });
    const events = runWorkflow(definition, {}, { host, nodeRuntime: scriptedNodes });
    await events.next();
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(calls).toBeLessThan(2_100);
    let read = 1;
    for await (const _ of events) read += 1;
    expect(read).toBe(2 * 5_001 + 2);
  });
});
