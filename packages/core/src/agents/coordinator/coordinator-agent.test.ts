import { describe, expect, it } from 'vitest';
import { ExecutionError } from '../../engine/execution-errors.ts';
import { Suspended } from '../../host/suspended.ts';
import { type ModelRequest, type ModelResponse, promptOf } from '../../models/model-call.ts';
import type { BoundTool } from '../../tools/tool.ts';
import { answer, scripted, toolCall } from '../testing/scripted-model.ts';
import { CoordinatorAgent } from './coordinator-agent.ts';
import { COORDINATOR_DEFAULTS, type Coordination, type CoordinatorLimits, type Specialist } from './specialist.ts';

const settings = {
  personality: 'dry',
  model: 'auto',
  temperature: 0,
  maxTokens: 1_000,
  timeoutMs: 1_000,
};
const specialist = (id: string, skills: string[], more: Partial<Specialist> = {}): Specialist => ({
  ...settings,
  id,
  name: id,
  role: `the ${id}`,
  skills,
  ...more,
});
const TEAM = [specialist('analyst', ['prices']), specialist('writer', ['writing']), specialist('lawyer', ['law'])];

const coordination = (limits: Partial<CoordinatorLimits> = {}, more: Partial<Coordination> = {}): Coordination => ({
  task: 'Recommend an offer.',
  coordinator: { ...settings, role: 'Lead' },
  specialists: TEAM,
  limits: { ...COORDINATOR_DEFAULTS, ...limits },
  ...more,
});

type Part = { title: string; skills?: string[]; dependsOn?: number[]; specialist?: string };
const parts = (list: Part[]) =>
  list.map(({ title, skills = [], dependsOn = [], specialist: who = 'analyst' }) => ({
    title,
    task: `Do ${title}`,
    skills,
    dependsOn,
    specialist: who,
  }));
const plan = (list: Part[]) =>
  answer('', { output: { complexity: 'complex', reason: 'Several views.', subtasks: parts(list) } });

type Asked = 'plan' | 'review' | 'answer' | 'work';
const kindOf = (request: ModelRequest): Asked => {
  const prompt = promptOf(request);
  if (prompt.startsWith('Decide how complex')) return 'plan';
  if (prompt.startsWith('Decide whether')) return 'review';
  return prompt.startsWith('Combine') ? 'answer' : 'work';
};
type Replies = Partial<Record<Asked, (request: ModelRequest) => ModelResponse | Promise<ModelResponse>>>;

const lead = (replies: Replies, given: { signal?: AbortSignal } = {}) => {
  const run = scripted((request) => {
    const reply = replies[kindOf(request)];
    if (reply) return reply(request);
    return answer(`${request.role} did ${/whole task: (.*)/.exec(promptOf(request))?.[1] ?? 'the answer'}`);
  }, given);
  const of = (kind: Asked) => run.requests.filter((request) => kindOf(request) === kind);
  const messages = () => run.reports.flatMap((report) => (report.type === 'message' ? [report.message] : []));
  return { ...run, of, messages };
};

describe('a coordinator', () => {
  it('splits, gives each part to the best fit, and makes one answer', async () => {
    const run = lead({
      plan: () =>
        plan([
          { title: 'prices', skills: ['prices'] },
          { title: 'text', skills: ['writing'], dependsOn: [1] },
        ]),
      answer: () => answer('Take the first.'),
    });
    const result = await new CoordinatorAgent(coordination(), run.context).run();
    expect(result).toMatchObject({
      answer: 'Take the first.',
      complexity: 'complex',
      reason: 'Several views.',
      rounds: 1,
      modelCalls: 4,
      costUsd: 0.04,
      usage: { inputTokens: 40 },
      subtasks: [
        { id: 't1', status: 'completed', specialist: 'analyst', result: 'the analyst did prices' },
        { id: 't2', status: 'completed', specialist: 'writer', dependsOn: ['t1'] },
      ],
    });
    expect(result.subtasks[0]?.candidates.map(({ specialist: id }) => id)).toEqual(['analyst', 'writer', 'lawyer']);
    const work = run.of('work').map(promptOf);
    expect(work[1]).toContain('<result>\nprices\n\nthe analyst did prices\n</result>');
    expect(promptOf(run.of('answer')[0] ?? expect.unreachable())).toContain('<result_t2>\ntext\n\nthe writer did text');
    expect(run.messages().map(({ kind, from, to, status }) => `${kind} ${from}>${to} ${status}`)).toEqual([
      'request coordinator>analyst delivered',
      'response analyst>coordinator delivered',
      'request coordinator>writer delivered',
      'response writer>coordinator delivered',
    ]);
    // Hosts elsewhere send on what is written; only the answer may be.
    expect(run.requests.map(({ quiet }) => quiet)).toEqual([true, true, true, undefined]);
    expect(run.reports.filter(({ type }) => type === 'step_delta')).toEqual([
      { type: 'step_delta', text: 'Take the first.' },
    ]);
  });

  it('hands on the result of a single part as it is', async () => {
    const run = lead({ plan: () => plan([{ title: 'all' }]) });
    const result = await new CoordinatorAgent(coordination(), run.context).run();
    expect(result).toMatchObject({
      answer: 'the analyst did all',
      model: 'anthropic/claude-sonnet-4-5',
      modelCalls: 2,
    });
    expect(run.of('answer')).toEqual([]);
  });

  it('lets parts that do not need each other run at the same time, up to the limit', async () => {
    let running = 0;
    let most = 0;
    const work = async (request: ModelRequest) => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running -= 1;
      return answer(`by ${request.role}`);
    };
    const four = [1, 2, 3, 4].map((number) => ({ title: `part ${number}`, skills: ['law'] }));
    const run = lead({ plan: () => plan(four), work });
    await new CoordinatorAgent(coordination({ maxParallel: 3 }), run.context).run();
    expect(most).toBe(3);
  });

  it('numbers host calls by the plan, whichever part is faster', async () => {
    const indicesWith = async (slow: string) => {
      const seen: Record<string, number[]> = {};
      const run = lead({ plan: () => plan([{ title: 'one' }, { title: 'two' }]) });
      const { generate } = run.context.host.model;
      const host = {
        ...run.context.host,
        model: {
          generate: async (...[request, call]: Parameters<typeof generate>) => {
            const title = /whole task: (.*)/.exec(JSON.stringify(request.messages).replaceAll('\\n', '\n'))?.[1];
            if (title) seen[title] = [...(seen[title] ?? []), call.index];
            if (title === slow) await new Promise((resolve) => setTimeout(resolve, 10));
            return generate(request, call);
          },
        },
      };
      await new CoordinatorAgent(coordination(), { ...run.context, host }).run();
      return seen;
    };
    expect(await indicesWith('one')).toEqual(await indicesWith('two'));
  });

  it('passes on how its specialists use tools, and whose log it is', async () => {
    const tool: BoundTool = {
      name: 'look',
      description: '',
      inputSchema: { type: 'object' },
      touches: ['nothing'],
      run: async (_, { log }) => {
        log('info', 'looked');
        return 'seen';
      },
    };
    const run = lead({
      plan: () => plan([{ title: 'all' }]),
      work: ({ messages }) =>
        messages.length === 1 ? answer('', { toolCalls: [toolCall('look', {})] }) : answer('ok'),
    });
    await new CoordinatorAgent(
      coordination({}, { specialists: [specialist('analyst', [], { name: 'Ana', tools: [tool] })] }),
      run.context,
    ).run();
    expect(run.reports.map(({ type }) => type)).toEqual(['message', 'tool_started', 'tool_completed', 'message']);
    expect(run.logs).toContainEqual({ level: 'info', message: 'Ana: looked' });
  });

  it('answers with an object where there is an output schema', async () => {
    const outputSchema = { type: 'object', properties: { best: { type: 'integer' } }, required: ['best'] };
    const run = lead({ plan: () => plan([{ title: 'all' }]), answer: () => answer('{"best":1}') });
    const result = await new CoordinatorAgent(coordination({}, { outputSchema }), run.context).run();
    expect(result.answer).toEqual({ best: 1 });
  });
});

describe('a part that fails', () => {
  const failing = (who: string, error: Error) => (request: ModelRequest) => {
    if (request.role === `the ${who}`) throw error;
    return answer(`by ${request.role}`);
  };
  const broken = new ExecutionError({ code: 'model_unavailable', message: 'It is down.' });

  it('goes to the next best, who is told', async () => {
    const run = lead({ plan: () => plan([{ title: 'x', skills: ['prices'] }]), work: failing('analyst', broken) });
    const { subtasks, answer: text } = await new CoordinatorAgent(coordination(), run.context).run();
    expect(text).toBe('by the writer');
    expect(subtasks[0]?.assignments).toEqual([
      { specialist: 'analyst', status: 'failed', error: 'It is down.' },
      { specialist: 'writer', status: 'completed' },
    ]);
    expect(promptOf(run.of('work')[1] ?? expect.unreachable())).toContain('tried it and failed: It is down.');
    expect(run.messages()[1]).toMatchObject({
      kind: 'response',
      status: 'dead',
      deadReason: '“analyst” failed: It is down.',
    });
    expect(run.logs).toContainEqual({ level: 'warn', message: 't1 “x”: analyst could not do it. It is down.' });
  });

  it('fails the step once all who may try it failed, and nothing else begins', async () => {
    const run = lead({
      plan: () => plan([{ title: 'x' }, { title: 'y' }, { title: 'z', dependsOn: [1] }]),
      work: () => {
        throw broken;
      },
    });
    const led = new CoordinatorAgent(coordination({ maxAssignments: 2, maxParallel: 1 }), run.context).run();
    await expect(led).rejects.toMatchObject({
      data: { code: 'node_failed', message: expect.stringMatching(/“x”.*analyst: It is down\. \w+: It is down/) },
    });
    expect(run.of('work')).toHaveLength(2);
  });

  it('may be left out', async () => {
    const run = lead({
      plan: () => plan([{ title: 'x' }, { title: 'y', dependsOn: [1] }]),
      work: (request) => {
        if (promptOf(request).includes('whole task: x')) throw broken;
        return answer('y is done');
      },
    });
    const result = await new CoordinatorAgent(coordination({ onSubtaskError: 'continue' }), run.context).run();
    expect(result.subtasks.map(({ status }) => status)).toEqual(['failed', 'completed']);
    expect(promptOf(run.of('answer')[0] ?? expect.unreachable())).toContain('(Nobody could do this part.)');
  });

  it('goes on to the next when it takes too long', async () => {
    const run = lead({
      plan: () => plan([{ title: 'x', skills: ['prices'] }]),
      work: (request) => (request.role === 'the analyst' ? new Promise(() => undefined) : answer(`by ${request.role}`)),
    });
    const { subtasks } = await new CoordinatorAgent(coordination({ subtaskTimeoutMs: 20 }), run.context).run();
    expect(subtasks[0]).toMatchObject({
      specialist: 'writer',
      assignments: [{ error: expect.stringContaining('0.02 s') }, {}],
    });
  });

  it.each([
    [
      'a spent budget',
      new ExecutionError({ code: 'budget_exceeded', message: 'Spent.' }),
      { data: { code: 'budget_exceeded' } },
    ],
    ['an error of ours', new ExecutionError({ code: 'internal', message: 'Oops.' }), { data: { code: 'internal' } }],
    ['a wait', new Suspended({ kind: 'budget' }), { name: 'Suspended', kind: 'budget' }],
  ])('is tried by nobody else after %s', async (_, error, expected) => {
    const run = lead({
      plan: () => plan([{ title: 'x' }]),
      work: () => {
        throw error;
      },
    });
    await expect(new CoordinatorAgent(coordination(), run.context).run()).rejects.toMatchObject(expected);
    expect(run.of('work')).toHaveLength(1);
  });

  it('that waits lets the others finish first', async () => {
    const done: string[] = [];
    const run = lead({
      plan: () => plan([{ title: 'x' }, { title: 'y' }]),
      work: async (request) => {
        if (promptOf(request).includes('whole task: x')) throw new Suspended({ kind: 'human' });
        await new Promise((resolve) => setTimeout(resolve, 5));
        done.push('y');
        return answer('y');
      },
    });
    await expect(new CoordinatorAgent(coordination(), run.context).run()).rejects.toMatchObject({ kind: 'human' });
    expect(done).toEqual(['y']);
  });
});

describe('the limits', () => {
  it('cut a plan that is too long, and cycles cannot be', async () => {
    const run = lead({
      plan: () =>
        plan([{ title: 'a', dependsOn: [1, 2, 9, -1, 0.5] }, { title: 'b', dependsOn: [1, 1] }, { title: 'c' }]),
    });
    const { subtasks } = await new CoordinatorAgent(coordination({ maxSubtasks: 2 }), run.context).run();
    expect(subtasks.map(({ id, dependsOn }) => [id, dependsOn])).toEqual([
      ['t1', []],
      ['t2', ['t1']],
    ]);
    expect(run.logs.map(({ message }) => message)).toContain('Of 3 subtasks the first 2 are done: that is the limit.');
  });

  it('allow further rounds where something is missing', async () => {
    let looks = 0;
    const review = () => {
      looks += 1;
      const more = {
        done: looks > 1,
        reason: 'No law.',
        subtasks: parts([{ title: 'law', skills: ['law'], dependsOn: [1] }]),
      };
      return answer('', { output: more });
    };
    const run = lead({ plan: () => plan([{ title: 'prices', skills: ['prices'] }]), review });
    const result = await new CoordinatorAgent(coordination({ maxRounds: 5 }), run.context).run();
    expect(result).toMatchObject({
      rounds: 2,
      subtasks: [{ id: 't1' }, { id: 't2', specialist: 'lawyer', dependsOn: ['t1'] }],
    });
    expect(promptOf(run.of('work')[1] ?? expect.unreachable())).toContain('the analyst did prices');
    expect(looks).toBe(2);
  });

  it('end the rounds when there is no room, or nothing was named', async () => {
    const review = () => answer('', { output: { done: false, reason: 'More?', subtasks: [] } });
    const full = lead({ plan: () => plan([{ title: 'a' }]), review });
    await new CoordinatorAgent(coordination({ maxRounds: 3, maxSubtasks: 1 }), full.context).run();
    expect(full.of('review')).toHaveLength(0);
    const empty = lead({ plan: () => plan([{ title: 'a' }]), review });
    await new CoordinatorAgent(coordination({ maxRounds: 3 }), empty.context).run();
    expect(empty.of('review')).toHaveLength(1);
  });
});

describe('a cancel', () => {
  it('ends everything with its reason', async () => {
    const controller = new AbortController();
    const run = lead(
      {
        plan: () => plan([{ title: 'a' }, { title: 'b', dependsOn: [1] }]),
        work: () => {
          controller.abort(new Error('stopped'));
          return new Promise(() => undefined);
        },
      },
      { signal: controller.signal },
    );
    await expect(new CoordinatorAgent(coordination(), run.context).run()).rejects.toThrow('stopped');
    expect(run.messages().at(-1)).toMatchObject({ kind: 'response', status: 'dead' });
  });

  it('that came before anything began does so as well', async () => {
    const run = lead({ plan: () => plan([{ title: 'a' }]) }, { signal: AbortSignal.abort(new Error('too late')) });
    await expect(new CoordinatorAgent(coordination(), run.context).run()).rejects.toThrow('too late');
  });
});

it('cuts what would not fit into a message', async () => {
  const run = lead({ plan: () => plan([{ title: 'a' }]), work: () => answer('x'.repeat(50_000)) });
  const { answer: text } = await new CoordinatorAgent(coordination(), run.context).run();
  expect(String(text)).toMatch(/^x{40000}\n\[Cut off: the first 40000 of 50000 characters\.\]$/);
});

it.each([
  ['no specialists', []],
  ['two with one id', [specialist('a', []), specialist('a', [])]],
  ['the coordinator’s own id', [specialist('coordinator', [])]],
])('refuses a team with %s', (_, specialists) => {
  const { context } = scripted(() => answer(''));
  expect(() => new CoordinatorAgent(coordination({}, { specialists }), context)).toThrow(
    'The coordinator cannot start.',
  );
});
