import { describe, expect, it } from 'vitest';
import { type WorkflowDefinition, workflowDefinitionSchema } from '../definition/workflow-definition.ts';
import type { EngineEvent } from '../engine/events.ts';
import type { RunOptions } from '../engine/execution.ts';
import { runWorkflow } from '../engine/run-workflow.ts';
import { last, ofType, outline, outputs } from '../engine/testing/read-events.ts';
import { finishedStepsOf } from '../engine/testing/scripted-run.ts';
import { validateWorkflow } from '../graph/validate-workflow.ts';
import { createInProcessHost, type InProcessHostOptions } from '../host/in-process-host.ts';
import type { HumanAnswer } from '../host/ports/human.ts';
import { Suspended } from '../host/suspended.ts';
import { completeRequest } from '../models/complete-request.ts';
import { generateWithDemoModel } from '../models/demo-model.ts';
import { promptOf } from '../models/model-call.ts';

type Node = { type?: string; parent?: string; config?: Record<string, unknown>; onError?: 'branch' };

/** A valid workflow between an input and an output; transforms unless said otherwise. `a>b`, or `a.port>b`. */
const flow = (nodes: Record<string, Node>, ...edges: string[]): WorkflowDefinition => {
  const all: Record<string, Node> = { start: { type: 'input' }, ...nodes, end: { type: 'output' } };
  const json = {
    nodes: Object.entries(all).map(([id, node]) => ({ id, name: id, type: 'transform', ...node })),
    edges: edges.map((edge) => {
      const [from = '', target = ''] = edge.split('>');
      const [source = '', sourcePort = 'out'] = from.split('.');
      return { id: edge, source, sourcePort, target };
    }),
  };
  expect(validateWorkflow(json).problems).toEqual([]);
  return workflowDefinitionSchema.parse(json);
};

const text = (template: string, more: Node = {}): Node => ({ config: { template }, ...more });

type Run = { input?: unknown; host?: InProcessHostOptions; resumeFrom?: RunOptions['resumeFrom'] };

const run = async (definition: WorkflowDefinition, { input = {}, host, resumeFrom = [] }: Run = {}) => {
  const events: EngineEvent[] = [];
  for await (const event of runWorkflow(definition, input, { host: createInProcessHost(host), resumeFrom }))
    events.push(event);
  return events;
};

describe('map and loop', () => {
  it('run what is inside for each item and each round', async () => {
    const definition = flow(
      {
        each: { type: 'map', config: { list: '{{ input.numbers }}' } },
        again: { type: 'loop', parent: 'each', config: { until: '{{ previous >= item * 10 }}', maxRounds: 20 } },
        add: text('{{ previous + 4 + 0 * index }}', { parent: 'again' }),
        label: text('{{ steps.again.output & " of " & item & " at " & index }}', { parent: 'each' }),
      },
      'start>each',
      'again>label',
      'each>end',
    );
    const events = await run(definition, { input: { numbers: [1, 2] } });
    expect(last(events)).toMatchObject({
      type: 'execution_completed',
      results: ['13 of 1 at 0', '22 of 2 at 1'],
    });
    expect(ofType(events, 'step_completed').find(({ nodeId }) => nodeId === 'each')?.reason).toBe('2 items.');
  });

  it('leave out items that fail', async () => {
    const definition = flow(
      {
        each: { type: 'map', config: { list: '{{ [1, 0, 2] }}', onItemError: 'skip' } },
        divide: text('{{ 10 / item }}', { parent: 'each' }),
      },
      'start>each',
      'each>end',
    );
    expect(last(await run(definition))).toMatchObject({ results: [10, 5] });
  });
});

describe('an evaluation', () => {
  const definition = (config: object) =>
    flow(
      {
        draft: text('{{ $exists(feedback) ? feedback.output & "+" & feedback.evaluation.feedback : "draft" }}'),
        polish: text('{{ previous }}!'),
        judge: { type: 'evaluate', config: { judged: 'draft', ...config } },
        aside: text('{{ steps.draft.output }}'),
        good: text('good: {{ previous.value }} after {{ previous.round }}'),
        bad: text('bad: {{ previous.value }}'),
      },
      'start>draft',
      'draft>polish',
      'polish>judge',
      'draft>aside',
      'judge.pass>good',
      'judge.fail>bad',
      'good>end',
      'bad>end',
      'aside>end',
    );
  const wants = (length: number) => [
    { kind: 'code', source: `return { score: previous.length >= ${length} ? 1 : 0, feedback: 'more' };` },
  ];

  it('sends the judged step back with what to do better, until it passes', async () => {
    const events = await run(definition({ criteria: wants(14) }));
    expect(outputs(events)).toMatchObject({
      draft: 'draft',
      'judge[1]/draft': 'draft+more',
      'judge[2]/draft': 'draft+more+more',
      'judge[2]/polish': 'draft+more+more!',
      aside: 'draft+more+more',
    });
    expect(last(events)).toMatchObject({
      results: { good: 'good: draft+more+more after 2', aside: 'draft+more+more' },
    });
  });

  it('ends after the last round', async () => {
    const failed = await run(definition({ criteria: wants(99), maxRounds: 2 }));
    expect(last(failed)).toMatchObject({ results: { bad: 'bad: draft+more' } });
    const strict = await run(definition({ criteria: wants(99), maxRounds: 1, onExhausted: 'fail' }));
    expect(last(strict)).toMatchObject({ error: { code: 'evaluation_failed', nodeId: 'judge' } });
  });

  it('counts what judging costs over all rounds', async () => {
    const generate = async (request: Parameters<typeof generateWithDemoModel>[0]) => ({
      ...generateWithDemoModel(request),
      output: { score: 0, reasons: [], feedback: promptOf(completeRequest(request)).includes('draft') ? 'x' : 'y' },
      costUsd: 0.04,
    });
    const events = await run(definition({ maxRounds: 9, maxCostUsd: 0.1 }), { host: { generate } });
    expect(last(events)).toMatchObject({ results: { bad: 'bad: draft+x+x' } });
    expect(outputs(events)).toMatchObject({ 'judge[2]/judge': { spentUsd: 0.12 } });
  });
});

describe('a merge', () => {
  it('goes on with the first and cancels the others', async () => {
    const definition = flow(
      {
        fast: text('fast'),
        slow: { type: 'delay', config: { seconds: 3_600 } },
        first: { type: 'merge', config: { mode: 'first', cancelOthers: true } },
      },
      'start>fast',
      'start>slow',
      'fast>first',
      'slow>first',
      'first>end',
    );
    const events = await run(definition);
    expect(last(events)).toMatchObject({ results: 'fast' });
    expect(outline(events)).toContain('step_cancelled slow');
  });

  it('brings together what a router sent several ways', async () => {
    const routes = ['a', 'b', 'c'].map((id) => ({ id, condition: `{{ "${id}" in input.wanted }}` }));
    const definition = flow(
      {
        route: { type: 'router', config: { routes, allowSeveral: true } },
        a: text('A'),
        b: text('B'),
        c: text('C'),
        all: { type: 'merge' },
      },
      'start>route',
      'route.a>a',
      'route.b>b',
      'route.c>c',
      'a>all',
      'b>all',
      'c>all',
      'all>end',
    );
    expect(last(await run(definition, { input: { wanted: ['a', 'c'] } }))).toMatchObject({
      results: { a: 'A', c: 'C' },
    });
  });
});

describe('a person', () => {
  const definition = flow(
    {
      each: { type: 'map', config: { list: '{{ ["x", "y", "z"] }}' } },
      ask: { type: 'human', parent: 'each', config: { title: 'Take {{ item }}?' } },
      yes: text('{{ item }} by {{ previous.by }}', { parent: 'each' }),
      no: text('none', { parent: 'each' }),
    },
    'start>each',
    'ask.approved>yes',
    'ask.rejected>no',
    'each>end',
  );

  it('may keep some items waiting while the others go on, and all go on once there are answers', async () => {
    const answers: Record<string, boolean> = { 'Take y?': true };
    const human: InProcessHostOptions['human'] = {
      ask: async ({ title }): Promise<HumanAnswer> => {
        const approved = answers[title];
        if (approved === undefined) throw new Suspended({ kind: 'human' });
        return { kind: 'answered', response: { approved }, by: 'Aiko', at: 0 };
      },
    };
    const first = await run(definition, { host: { human } });
    expect(last(first)).toMatchObject({ type: 'execution_waiting' });
    expect(outputs(first)).toMatchObject({ 'each[1]/yes': 'y by Aiko' });
    answers['Take x?'] = false;
    answers['Take z?'] = true;
    const second = await run(definition, { host: { human }, resumeFrom: finishedStepsOf(first) });
    expect(last(second)).toMatchObject({ results: [{ no: 'none' }, { yes: 'y by Aiko' }, { yes: 'z by Aiko' }] });
    expect(outline(second)).not.toContain('step_started each[1]/ask');
  });
});

describe('a workflow', () => {
  it('runs another one inside its step', async () => {
    const inner = flow({ shout: text('{{ $uppercase(input.word) }}') }, 'start>shout', 'shout>end');
    const workflow: InProcessHostOptions['workflow'] = {
      load: async ({ workflow: id }) => ({ id, name: 'Shout', versionNumber: 1, definition: inner }),
    };
    const definition = flow(
      { call: { type: 'workflow', config: { workflow: 'w', input: '{{ { "word": input.text } }}' } } },
      'start>call',
      'call>end',
    );
    const events = await run(definition, { input: { text: 'hi' }, host: { workflow } });
    expect(last(events)).toMatchObject({ results: 'HI' });
    expect(outline(events)).toContain('step_completed call[0]/shout');
  });

  it('that fails can be caught at the port error', async () => {
    const definition = flow(
      {
        call: { type: 'workflow', config: { workflow: 'gone' }, onError: 'branch' },
        caught: text('{{ previous.error.code }}'),
      },
      'start>call',
      'call.error>caught',
      'call>end',
      'caught>end',
    );
    expect(last(await run(definition))).toMatchObject({ results: 'not_available' });
  });
});
