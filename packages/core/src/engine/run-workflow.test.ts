import { describe, expect, it } from 'vitest';
import { getNodeRuntime } from './node-runtime.ts';
import { runWorkflow } from './run-workflow.ts';
import { last, ofType, outline } from './testing/read-events.ts';
import { hostWith, scriptedNodes } from './testing/scripted-node.ts';
import { finishedStepsOf, runScripted, scripted } from './testing/scripted-run.ts';
import { createVirtualClock } from './testing/virtual-clock.ts';

describe('runWorkflow', () => {
  it('runs steps after what they need and gives the result of the output node', async () => {
    const definition = scripted({
      nodes: {
        start: { config: { text: '{{ input.topic }}' } },
        left: { config: { text: 'left {{ previous }}' } },
        right: { config: { text: 'right {{ steps.start.output }}' } },
        end: { type: 'output', config: { text: '{{ previous.left & ", " & previous.right & ", " & execution.id }}' } },
      },
      edges: ['start>left', 'start>right', 'left>end', 'right>end'],
    });
    const events = await runScripted(definition, { executionId: 'x1' });
    expect(outline(events)).toEqual([
      'execution_started',
      'step_started start',
      'step_completed start',
      'step_started left',
      'step_started right',
      'step_completed left',
      'step_completed right',
      'step_started end',
      'step_completed end',
      'execution_completed',
    ]);
    expect(last(events)).toMatchObject({ results: 'left tea, right tea, x1' });
    expect(events.find((event) => event.type === 'step_started' && event.nodeId === 'end')).toMatchObject({
      input: { left: 'left tea', right: 'right tea' },
    });
  });

  it('skips what no taken branch leads to, and says so', async () => {
    const definition = scripted({
      nodes: {
        choose: { config: { ports: ['yes'] } },
        yes: {},
        no: {},
        after_no: {},
        merge: { type: 'output', config: { text: '{{ previous.id }}' } },
      },
      edges: ['choose.yes>yes', 'choose.no>no', 'no>after_no', 'yes>merge', 'after_no>merge'],
    });
    const events = await runScripted(definition);
    expect(ofType(events, 'step_skipped').map((event) => event.nodeId)).toEqual(['no', 'after_no']);
    // One active predecessor: its output as it is.
    expect(last(events)).toMatchObject({ type: 'execution_completed', results: 'yes' });
  });

  it('gives several results by output node, leaving out those that were skipped', async () => {
    const definition = scripted({
      nodes: {
        a: { config: { ports: ['x'] } },
        one: { type: 'output', config: { text: '1' } },
        two: { type: 'output' },
        three: { type: 'output', config: { text: '{{ 3 }}' } },
      },
      edges: ['a.x>one', 'a.y>two', 'a.x>three'],
    });
    expect(last(await runScripted(definition))).toMatchObject({ results: { one: '1', three: 3 } });
  });

  it('passes through disabled nodes, all ports taken, with their config unread', async () => {
    const definition = scripted({
      nodes: {
        a: { config: { text: '{{ input.topic }}' } },
        off: { disabled: true, config: { nonsense: true } },
        b: { type: 'output', config: { text: '{{ previous }}' } },
      },
      edges: ['a>off', 'off.anything>b'],
    });
    const events = await runScripted(definition);
    expect(ofType(events, 'step_completed')[1]).toMatchObject({ nodeId: 'off', output: 'tea', ports: ['anything'] });
    expect(last(events)).toMatchObject({ results: 'tea' });
  });

  it('takes any id for what it is', async () => {
    const ids = ['constructor', '__proto__', 'toString'];
    const definition = scripted({
      nodes: Object.fromEntries(ids.map((id) => [id, { config: { text: id } }])),
      edges: ['constructor>__proto__', '__proto__>toString'],
    });
    const events = await runScripted(definition, { attempts: {}, only: ids });
    expect(ofType(events, 'step_started').map(({ nodeId, attempt }) => [nodeId, attempt])).toEqual(
      ids.map((id) => [id, 1]),
    );
    expect(JSON.stringify(last(events))).toContain('{"constructor":"constructor","__proto__":"__proto__"');
  });

  it('tells the pieces of what a model says as they come', async () => {
    const events = await runScripted(scripted({ nodes: { a: { config: { deltas: ['Hel', 'lo'] } } }, edges: [] }));
    expect(ofType(events, 'step_delta')).toMatchObject([
      { nodeId: 'a', iteration: '', text: 'Hel' },
      { nodeId: 'a', iteration: '', text: 'lo' },
    ]);
  });

  it('keeps to the number of parallel steps', async () => {
    const ids = ['a', 'b', 'c', 'd', 'e'];
    const definition = scripted({
      nodes: Object.fromEntries(ids.map((id) => [id, { config: { delayMs: 10 } }])),
      edges: [],
      settings: { maxParallel: 2 },
    });
    const events = await runScripted(definition);
    expect(last(events)).toMatchObject({ type: 'execution_completed', at: 30 });
  });
});

describe('failures', () => {
  it('tries again after a growing wait, and no sooner than asked', async () => {
    const retry = { maxAttempts: 4, backoffMs: 100, backoffFactor: 3 };
    const definition = scripted({
      nodes: { a: { retry, config: { failures: 3, errorCode: 'model_rate_limited', retryAfterMs: 250 } } },
      edges: [],
    });
    const events = await runScripted(definition);
    expect(ofType(events, 'step_retrying').map(({ attempt, delayMs }) => [attempt, delayMs])).toEqual([
      [1, 250],
      [2, 300],
      [3, 900],
    ]);
    expect(ofType(events, 'step_completed')[0]).toMatchObject({ attempt: 4, at: 1_450 });
  });

  it('goes on from the attempt that was interrupted', async () => {
    const retry = { maxAttempts: 3, backoffMs: 0 };
    const definition = scripted({ nodes: { a: { retry, config: { failures: 5 } } }, edges: [] });
    const events = await runScripted(definition, { attempts: { a: 3 } });
    expect(outline(events)).toEqual(['execution_started', 'step_started a', 'step_failed a', 'execution_failed']);
  });

  it('does not repeat what cannot pass', async () => {
    const retry = { maxAttempts: 5 };
    const definition = scripted({
      nodes: { a: { retry, config: { failures: 1, errorCode: 'model_invalid_key' } } },
      edges: [],
    });
    const events = await runScripted(definition);
    expect(ofType(events, 'step_retrying')).toEqual([]);
    expect(last(events)).toMatchObject({
      type: 'execution_failed',
      error: { code: 'model_invalid_key', nodeId: 'a', message: 'boo' },
    });
  });

  it('stops the other steps, accounts for those that never started, and names the node', async () => {
    const definition = scripted({
      nodes: { bad: { config: { failures: 1, delayMs: 5 } }, slow: { config: { delayMs: 50 } }, after: {} },
      edges: ['slow>after'],
    });
    const events = await runScripted(definition);
    expect(outline(events)).toEqual([
      'execution_started',
      'step_started bad',
      'step_started slow',
      'step_failed bad',
      'step_cancelled slow',
      'step_skipped after',
      'execution_failed',
    ]);
    expect(last(events)).toMatchObject({ at: 5, error: { code: 'node_failed', message: 'boo', nodeId: 'bad' } });
  });

  it('goes on with null where the node says so', async () => {
    const definition = scripted({
      nodes: {
        bad: { onError: 'continue', config: { failures: 1 } },
        end: { type: 'output', config: { text: '{{ [previous, steps.bad.output, $exists(steps.bad)] }}' } },
      },
      edges: ['bad>end'],
    });
    const events = await runScripted(definition);
    expect(ofType(events, 'step_failed')[0]).toMatchObject({ continued: true });
    expect(last(events)).toMatchObject({ results: [null, null, true] });
  });

  it('ends a step that hangs, even if it pays no heed', async () => {
    const definition = scripted({ nodes: { a: { timeoutMs: 2_000, config: { hangs: true } } }, edges: [] });
    const events = await runScripted(definition);
    expect(last(events)).toMatchObject({ at: 2_000, error: { code: 'node_timeout', nodeId: 'a' } });
  });

  it('ends an execution at its time limit, counting what an earlier attempt used', async () => {
    const definition = scripted({
      nodes: { a: { config: { hangs: true } }, b: {} },
      edges: ['a>b'],
      settings: { timeoutMs: 30_000 },
    });
    const events = await runScripted(definition, { elapsedMs: 10_000 });
    expect(outline(events)).toEqual([
      'execution_started',
      'step_started a',
      'step_cancelled a',
      'step_skipped b',
      'execution_failed',
    ]);
    expect(last(events)).toMatchObject({
      at: 20_000,
      error: { code: 'execution_timeout', nodeId: 'a', message: expect.stringContaining('Still running: “a”.') },
    });
  });

  it.each([
    ['an unknown type', { type: 'unknown' }, /does not exist/],
    [
      'a broken config',
      { config: { delayMs: 'soon', what: 1 } },
      /delayMs must be a number; what is not a known field/,
    ],
  ])('ends %s as invalid_workflow', async (_name, node, message) => {
    const events = await runScripted(scripted({ nodes: { a: node }, edges: [] }));
    expect(last(events)).toMatchObject({ error: { code: 'invalid_workflow', message, nodeId: 'a' } });
  });

  it('ends a cycle that was never validated', async () => {
    const events = await runScripted(scripted({ nodes: { s: {}, a: {}, b: {} }, edges: ['s>a', 'a>b', 'b>a'] }));
    expect(outline(events).slice(-3)).toEqual(['step_skipped a', 'step_skipped b', 'execution_failed']);
    expect(last(events)).toMatchObject({ error: { code: 'invalid_workflow' } });
  });

  it('refuses an output that is too large', async () => {
    const definition = scripted({ nodes: { a: { config: { text: '{{ $pad("", 4194305, "x") }}' } } }, edges: [] });
    expect(last(await runScripted(definition))).toMatchObject({ error: { code: 'output_too_large', nodeId: 'a' } });
  });

  it('reports a large input by its size', async () => {
    const text = '{{ $pad("", 3000000, "x") }}';
    const definition = scripted({
      nodes: {
        a: { config: { text } },
        b: { config: { text } },
        end: { config: { text: '{{ $length(previous.a) }}' } },
      },
      edges: ['a>end', 'b>end'],
    });
    const events = await runScripted(definition);
    expect(ofType(events, 'step_started')[2]).toMatchObject({ input: '(5.7 MiB from 2 steps: a, b)' });
    expect(ofType(events, 'step_completed')[2]).toMatchObject({ output: 3_000_000 });
  });

  it('bounds the log of a step', async () => {
    const events = await runScripted(scripted({ nodes: { a: { config: { logs: 5_000 } } }, edges: [] }));
    const lines = ofType(events, 'step_log');
    expect(lines).toHaveLength(1_001);
    expect(lines.at(-1)).toMatchObject({ level: 'warn' });
  });
});

describe('before work', () => {
  it('asks for what may take long, and not for what only names values', async () => {
    const asked: string[] = [];
    const definition = scripted({
      nodes: {
        start: { type: 'input', config: {} },
        plain: { type: 'transform', config: { template: 'Dear {{ input.topic }}' } },
        query: { type: 'transform', config: { mode: 'jsonata', expression: '$uppercase(previous)' } },
        chosen: { type: 'condition', config: { mode: 'if', condition: '{{ $length(previous) > 3 }}' } },
        clock: { type: 'current_time', config: {} },
        end: { type: 'output', config: { value: '{{ previous }}' } },
      },
      edges: ['start>plain', 'plain>query', 'query>chosen', 'chosen.true>clock', 'clock>end'],
    });
    const events = await runScripted(definition, {
      nodeRuntime: getNodeRuntime,
      beforeWork: async ({ nodeId }) => {
        asked.push(nodeId);
      },
    });
    expect(outline(events).at(-1)).toBe('execution_completed');
    expect(asked).toEqual(['query', 'chosen', 'clock']);
  });

  it('waits for the answer', async () => {
    const said: string[] = [];
    const beforeWork = async () => {
      for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
      said.push('told');
    };
    await runScripted(scripted({ nodes: { a: {} }, edges: [] }), {
      beforeWork,
      onEvent: ({ type }) => said.push(type),
    });
    expect(said).toEqual(['execution_started', 'step_started', 'told', 'step_completed', 'execution_completed']);
  });
});

describe('cancel', () => {
  const definition = scripted({
    nodes: { a: {}, b: { config: { hangs: true } }, c: { retry: { maxAttempts: 9 }, config: { failures: 9 } }, d: {} },
    edges: ['a>b', 'a>c', 'b>d', 'c>d'],
  });

  it('ends what runs and what waits to run again, at once', async () => {
    const clock = createVirtualClock();
    const cancel = new AbortController();
    const events = await runScripted(definition, {
      clock,
      signal: cancel.signal,
      onEvent: (event) => event.type === 'step_retrying' && cancel.abort(),
    });
    expect(outline(events).slice(-4, -2).sort()).toEqual(['step_cancelled b', 'step_cancelled c']);
    expect(outline(events).slice(-2)).toEqual(['step_skipped d', 'execution_cancelled']);
    expect(clock.sleeping()).toBe(0);
  });

  it('starts nothing when it was cancelled before', async () => {
    const events = await runScripted(definition, { signal: AbortSignal.abort() });
    expect(outline(events).filter((line) => !line.startsWith('step_skipped'))).toEqual([
      'execution_started',
      'execution_cancelled',
    ]);
  });

  it('stops when the reader leaves', async () => {
    const clock = createVirtualClock();
    for await (const event of runWorkflow(definition, {}, { host: hostWith(clock), nodeRuntime: scriptedNodes })) {
      if (event.type === 'step_completed') break;
    }
    expect(clock.sleeping()).toBe(0);
  });
});

describe('resume', () => {
  it('neither runs nor reports finished steps, in whatever order they come', async () => {
    const definition = scripted({
      nodes: {
        a: { config: { ports: ['x'] } },
        b: { onError: 'continue', config: { failures: 1 } },
        no: {},
        c: {},
        end: { type: 'output', config: { text: '{{ [steps.a.output.id, previous] }}' } },
      },
      edges: ['a.x>b', 'a.y>no', 'no>c', 'b>c', 'c>end'],
    });
    const full = await runScripted(definition);
    const finished = finishedStepsOf(full).filter(({ nodeId }) => nodeId !== 'end' && nodeId !== 'c');
    const resumed = await runScripted(definition, { resumeFrom: finished.toReversed() });
    expect(resumed[0]).toMatchObject({ type: 'execution_started', resumedSteps: 3 });
    expect(outline(resumed)).toEqual([
      'execution_started',
      'step_started c',
      'step_completed c',
      'step_started end',
      'step_completed end',
      'execution_completed',
    ]);
    expect(last(resumed)).toMatchObject({ results: (last(full) as { results?: unknown }).results });
  });

  it('completes at once when everything was finished', async () => {
    const definition = scripted({ nodes: { a: { type: 'output', config: { text: 'done' } } }, edges: [] });
    const resumed = await runScripted(definition, { resumeFrom: finishedStepsOf(await runScripted(definition)) });
    expect(outline(resumed)).toEqual(['execution_started', 'execution_completed']);
    expect(last(resumed)).toMatchObject({ results: 'done' });
  });
});
