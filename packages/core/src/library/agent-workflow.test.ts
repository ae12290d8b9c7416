import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { answer, toolCall } from '../agents/testing/scripted-model.ts';
import { ExecutionError } from '../engine/execution-errors.ts';
import { isRunnable, validateWorkflow } from '../graph/validate-workflow.ts';
import { createInProcessHost } from '../host/in-process-host.ts';
import { completeRequest } from '../models/complete-request.ts';
import { type ModelRequest, type ModelResponse, promptOf } from '../models/model-call.ts';
import { agent } from './agent.ts';
import { AgentWorkflow, type AgentWorkflowOptions } from './agent-workflow.ts';
import { forEach, review, team } from './steps.ts';
import { tool } from './tool.ts';

type Script = (request: ModelRequest) => ModelResponse | Promise<ModelResponse>;

const hostWith = (script: Script) => {
  const requests: ModelRequest[] = [];
  const host = createInProcessHost({
    generate: async (input, { onDelta }) => {
      const request = completeRequest(input);
      requests.push(request);
      const response = await script(request);
      onDelta?.(response.text);
      return response;
    },
  });
  return { host, requests };
};
/** Says who was asked what. */
const echo: Script = (request) => answer(`${request.role}(${promptOf(request).replace(/\s+/g, ' ')})`);

const build = (options: AgentWorkflowOptions) => {
  const workflow = new AgentWorkflow(options);
  const { problems } = validateWorkflow(workflow.definition);
  expect(isRunnable(problems), JSON.stringify(problems)).toBe(true);
  return workflow;
};

describe('a sequential workflow', () => {
  it('hands each agent the task and what the one before gave', async () => {
    const { host, requests } = hostWith(echo);
    const workflow = build({ agents: [agent({ role: 'Researcher' }), agent({ role: 'Writer', name: 'Author' })] });
    const result = await workflow.run('Tea', { host });
    expect(result).toMatchObject({
      status: 'completed',
      results: 'Writer(Tea <researcher> Researcher(Tea) </researcher>)',
      totalCost: 0.02,
      usage: { inputTokens: 20, outputTokens: 4 },
      errors: [],
      waits: [],
    });
    expect(result.executionTime).toBeGreaterThanOrEqual(0);
    expect(result.steps.map(({ id, status, attempts }) => [id, status, attempts])).toEqual([
      ['start', 'completed', 1],
      ['researcher', 'completed', 1],
      ['author', 'completed', 1],
      ['end', 'completed', 1],
    ]);
    expect(result.steps[1]).toMatchObject({
      output: 'Researcher(Tea)',
      costUsd: 0.01,
      model: 'anthropic/claude-sonnet-4-5',
    });
    expect(requests[0]).toMatchObject({
      personality: 'helpful, professional',
      temperature: 0.7,
      maxTokens: 4_000,
      timeoutMs: 30_000,
      model: 'auto',
    });
  });

  it('asks with what the agent says, and shows it in the definition', async () => {
    const { host, requests } = hostWith(echo);
    const options = {
      role: 'R',
      prompt: 'About {{ input.task.topic }}',
      model: 'openai/gpt-4.1',
      personality: 'dry',
      temperature: 0,
      maxTokens: 9,
      timeout: 5_000,
      maxSteps: 2,
      fallbackModels: ['demo/demo-model'],
      reasoningEffort: 'low' as const,
      cacheTtl: 60,
      tools: ['current_time' as const, { tool: 'calculator' as const, name: 'sums' }],
    };
    const workflow = build({ agents: [agent(options)], maxParallel: 2, timeout: 9_000 });
    expect(workflow.definition.settings).toMatchObject({ maxParallel: 2, timeoutMs: 9_000 });
    await workflow.run({ topic: 'tea' }, { host });
    expect(promptOf(requests[0] ?? expect.unreachable())).toBe('About tea');
    expect(requests[0]).toMatchObject({
      model: 'openai/gpt-4.1',
      personality: 'dry',
      temperature: 0,
      maxTokens: 9,
      timeoutMs: 5_000,
      fallbackModels: ['demo/demo-model'],
      reasoningEffort: 'low',
      cacheTtlSeconds: 60,
      tools: [{ name: 'current_time' }, { name: 'sums' }],
    });
  });

  it('gives every agent the context', async () => {
    const { host, requests } = hostWith(echo);
    const workflow = build({ agents: [agent({ role: 'A' }), agent({ role: 'B' })] });
    await workflow.run('Tea', { host, context: { country: 'Japan' } });
    for (const request of requests) expect(promptOf(request)).toContain('<context>\n{"country":"Japan"}\n</context>');
    await workflow.run('Tea', { host, context: 'in Japan' });
    expect(promptOf(requests[2] ?? expect.unreachable())).toContain('<context>\nin Japan\n</context>');
  });

  it('tells names in other letters and equal ones apart', async () => {
    const roles = ['調査', '執筆', '2nd', 'Start', 'Writer', 'Writer'];
    const workflow = build({ agents: roles.map((role) => agent({ role })) });
    const ids = workflow.definition.nodes.map(({ id }) => id);
    expect(ids).toEqual(['start', 'step', 'step_2', 'step_2nd', 'start_2', 'writer', 'writer_2', 'end']);
  });
});

describe('structured output', () => {
  const output = z.object({ n: z.string().transform(Number) });

  it('is checked, repaired once, and parsed', async () => {
    const { host, requests } = hostWith(({ messages }) => answer(messages.length === 1 ? '{"n":1}' : '{"n":"7"}'));
    const { results } = await build({ agents: [agent({ role: 'Counter', output })] }).run('x', { host });
    expect(results).toEqual({ n: 7 });
    expect(requests).toHaveLength(2);
  });

  it('fails with output_invalid when zod wants more than JSON Schema can say', async () => {
    const strict = z.object({ n: z.int() }).refine(({ n }) => n > 5, { path: ['n'], message: 'too small' });
    const { host } = hostWith(() => answer('{"n":1}'));
    const { status, errors } = await build({ agents: [agent({ role: 'Counter', output: strict })] }).run('x', { host });
    expect(status).toBe('failed');
    expect(errors).toMatchObject([{ code: 'output_invalid', message: expect.stringContaining('at n: too small') }]);
  });
});

describe('tools of one’s own', () => {
  const stock = tool({
    name: 'stock',
    description: 'How many are there.',
    input: z.object({ article: z.string() }),
    execute: ({ article }) => ({ article, count: 3 }),
  });

  it('are offered and called, their input checked', async () => {
    const { host, requests } = hostWith(({ messages }) =>
      messages.length === 1
        ? answer('', {
            toolCalls: [toolCall('stock', { article: 'tea' }), toolCall('stock', { article: 7 }, 'second')],
          })
        : answer('Three.'),
    );
    const { results, steps } = await build({ agents: [agent({ role: 'Clerk', tools: [stock, 'calculator'] })] }).run(
      'How many?',
      { host },
    );
    expect(results).toBe('Three.');
    expect(requests[0]?.tools.map(({ name }) => name)).toEqual(['calculator', 'stock']);
    expect(steps.find(({ id }) => id === 'clerk')?.tools).toMatchObject([
      { tool: 'stock', input: { article: 'tea' }, output: { article: 'tea', count: 3 } },
      { tool: 'stock', error: { code: 'tool_failed', message: expect.stringContaining('article') } },
    ]);
  });

  it('must have names that tell them apart', () => {
    const same = [stock, { tool: 'calculator' as const, name: 'stock' }];
    expect(() => new AgentWorkflow({ agents: [agent({ role: 'A', tools: same })] })).toThrow('called “stock”');
    const twice = agent({ role: 'A', tools: ['calculator', { tool: 'calculator' }] });
    expect(() => new AgentWorkflow({ agents: [team({ agents: [twice] })] })).toThrow('called “calculator”');
  });

  it('must have names that models take', () => {
    expect(() => tool({ name: 'my tool', description: '', input: z.object({}), execute: () => 1 })).toThrow('letters');
  });

  it('reach the specialists of a team', async () => {
    const plan = {
      complexity: 'simple',
      reason: 'One thing.',
      subtasks: [{ title: 'count', task: 'Count', skills: [], dependsOn: [], specialist: 'clerk' }],
    };
    const { host, requests } = hostWith((request) => {
      if (request.outputSchema) return answer('', { output: plan });
      return request.messages.length === 1
        ? answer('', { toolCalls: [toolCall('stock', { article: 'tea' })] })
        : answer('Three.');
    });
    const clerk = agent({ role: 'Clerk', skills: ['counting'], tools: [stock], model: 'openai/gpt-4.1' });
    const step = team({ agents: [clerk, agent({ role: 'Boss' })], maxSubtasks: 2, subtaskTimeout: 9_000 });
    const { results } = await build({ agents: [step] }).run('How many?', { host });
    expect(results).toMatchObject({ answer: 'Three.', subtasks: [{ specialist: 'clerk' }] });
    expect(requests[1]).toMatchObject({ model: 'openai/gpt-4.1', tools: [{ name: 'stock' }] });
    expect(() => team({ agents: [agent({ role: 'F' }, () => 1)] })).toThrow('has a function');
    const named = build({ agents: [team({ agents: [agent({ role: 'Coordinator' })] })] });
    expect(named.definition.nodes[1]?.config.specialists).toMatchObject([{ id: 'coordinator_2' }]);
  });
});

describe('an agent with a function', () => {
  it('does what the function does, which may ask its model', async () => {
    const { host, requests } = hostWith(echo);
    const shout = agent({ role: 'Herald' }, async (input, { ask, task, context, steps, log }) => {
      log('info', `after ${Object.keys(steps).join()}`);
      const own = await ask();
      const other = await ask(`About ${input}`);
      return { own: own.text, other: other.text, task, context, input };
    });
    const result = await build({ agents: [agent({ role: 'A' }), shout] }).run('Tea', { host, context: 1 });
    expect(result.results).toMatchObject({
      other: 'Herald(About A(Tea <context> 1 </context>))',
      task: 'Tea',
      context: 1,
      input: 'A(Tea <context> 1 </context>)',
    });
    expect(result.totalCost).toBeCloseTo(0.03);
    expect(result.steps.find(({ id }) => id === 'herald')?.costUsd).toBeCloseTo(0.02);
    expect(requests).toHaveLength(3);
  });

  it('gets the task when it is the first, and may give nothing', async () => {
    const seen: unknown[] = [];
    const first = agent({ role: 'F' }, (input) => void seen.push(input));
    expect((await build({ agents: [first] }).run('Tea')).results).toBeNull();
    expect(seen).toEqual(['Tea']);
  });

  it('has its output checked as well', async () => {
    const counter = agent({ role: 'C', output: z.object({ n: z.int() }) }, () => ({ n: 'x' }));
    expect((await build({ agents: [counter] }).run('x')).errors).toMatchObject([{ code: 'output_invalid' }]);
  });
});

describe('a parallel workflow', () => {
  it('has all work on the same task at the same time, up to the limit', async () => {
    let running = 0;
    let most = 0;
    const { host } = hostWith(async (request) => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running -= 1;
      return echo(request);
    });
    const agents = ['A', 'B', 'C'].map((role) => agent({ role }));
    const { results } = await build({ agents, mode: 'parallel', maxParallel: 2 }).run('Tea', { host });
    expect(results).toEqual({ a: 'A(Tea)', b: 'B(Tea)', c: 'C(Tea)' });
    expect(most).toBe(2);
  });
});

describe('a conditional workflow', () => {
  const agents = [
    agent({ role: 'Bug', when: '{{ input.task.kind = "bug" }}' }),
    agent({ role: 'Vip', when: ({ task, context }) => context === 'vip' && typeof task === 'object' }),
    agent({ role: 'Other' }),
  ];
  const { host } = hostWith(({ role }) => answer(role));

  it.each([
    [{ kind: 'bug' }, 'vip', 'Bug'],
    [{ kind: 'x' }, 'vip', 'Vip'],
    [{ kind: 'x' }, undefined, 'Other'],
  ])('takes the first branch that fits %o (%s)', async (task, context, expected) => {
    const { results, steps } = await build({ agents, mode: 'conditional' }).run(task, { host, context });
    expect(results).toBe(expected);
    expect(steps.filter(({ status }) => status === 'skipped').length).toBeGreaterThan(0);
  });

  it('gives null where no branch fits', async () => {
    const workflow = build({ agents: agents.slice(0, 2), mode: 'conditional' });
    expect((await workflow.run({ kind: 'x' }, { host })).results).toBeNull();
  });

  it('takes one agent without a condition at most, and no review', () => {
    const two = [agent({ role: 'A' }), agent({ role: 'B' })];
    expect(() => new AgentWorkflow({ agents: two, mode: 'conditional' })).toThrow(TypeError);
    const judged = [agent({ role: 'A', when: '1' }), review({ criteria: 'good' })];
    expect(() => new AgentWorkflow({ agents: judged, mode: 'conditional' })).toThrow('needs a step before it');
  });
});

describe('failures', () => {
  const failing = (times: number) => {
    let asked = 0;
    return hostWith(() => {
      asked += 1;
      if (asked <= times) throw new ExecutionError({ code: 'model_overloaded', message: 'Busy.' });
      return answer('Done.');
    });
  };
  const one = [agent({ role: 'A' })];

  it('end the run, and say which step it was', async () => {
    const { host } = failing(1);
    const result = await build({ agents: [...one, agent({ role: 'B' })] }).run('x', { host });
    expect(result).toMatchObject({ status: 'failed', results: null });
    expect(result.errors).toEqual([{ code: 'model_overloaded', message: 'Busy.', nodeId: 'a', continued: false }]);
    expect(result.steps.find(({ id }) => id === 'b')).toMatchObject({ status: 'skipped' });
  });

  it('are tried again three times', async () => {
    const { host } = failing(3);
    const workflow = build({ agents: one, errorHandling: 'retry_3_times' });
    expect(workflow.definition.nodes[1]?.retry).toEqual({ maxAttempts: 4, backoffMs: 1_000, backoffFactor: 2 });
    const quick = build({ agents: one, errorHandling: { retries: 3, backoff: 1 } });
    const { status, steps } = await quick.run('x', { host });
    expect(status).toBe('completed');
    expect(steps[1]).toMatchObject({ id: 'a', attempts: 4 });
    expect(build({ agents: one, errorHandling: { retries: 1 } }).definition.nodes[1]?.retry?.backoffMs).toBe(1_000);
  });

  it('may be gone past', async () => {
    const { host } = failing(1);
    const result = await build({ agents: [...one, agent({ role: 'B', prompt: 'x' })], errorHandling: 'continue' }).run(
      'x',
      {
        host,
      },
    );
    expect(result).toMatchObject({ status: 'completed', results: 'Done.' });
    expect(result.errors).toMatchObject([{ code: 'model_overloaded', nodeId: 'a', continued: true }]);
    expect(result.finished.find(({ nodeId }) => nodeId === 'a')).toMatchObject({ status: 'failed', output: null });
  });

  it('leave what is finished for a later run', async () => {
    const { host, requests } = hostWith(({ role }) => {
      if (role === 'B' && requests.length < 3) throw new ExecutionError({ code: 'model_overloaded', message: 'Busy.' });
      return answer(role);
    });
    const workflow = build({ agents: [agent({ role: 'A' }), agent({ role: 'B' })] });
    const first = await workflow.run('x', { host });
    const second = await workflow.run('x', { host, resumeFrom: first.finished });
    expect(second).toMatchObject({ status: 'completed', results: 'B' });
    expect(requests.map(({ role }) => role)).toEqual(['A', 'B', 'B']);
  });
});

describe('a review', () => {
  it('sends its step back with what is wrong, and hands on what it gave', async () => {
    const { host, requests } = hostWith(({ messages }) => answer(messages.length === 1 ? 'draft' : 'final text.'));
    const agents = [
      agent({ role: 'Writer' }),
      review({ criteria: { pattern: /\.$/, name: 'Sentence' }, maxRounds: 2, threshold: 1, model: 'demo/demo-model' }),
    ];
    const { results, steps } = await build({ agents }).run('Write', { host });
    expect(results).toBe('final text.');
    expect(steps.filter(({ id }) => id === 'writer').map(({ iteration }) => iteration)).toEqual(['', 'review[1]']);
    expect(JSON.stringify(requests[1]?.messages)).toContain('draft');
  });

  it('goes on with the last round, or fails when it must pass', async () => {
    const { host } = hostWith(() => answer('{"n":"x"}'));
    const criteria = [{ schema: z.object({ n: z.int() }) }, { pattern: '^x' }];
    const agents = (mustPass: boolean) => [
      agent({ role: 'W' }),
      review({ criteria, maxRounds: 2, mustPass, name: 'Check' }),
    ];
    expect((await build({ agents: agents(false) }).run('x', { host })).results).toBe('{"n":"x"}');
    const failed = await build({ agents: agents(true) }).run('x', { host });
    expect(failed.errors).toMatchObject([{ code: 'evaluation_failed', nodeId: 'check' }]);
  });

  it('cannot be the first, nor stand beside others', () => {
    expect(() => new AgentWorkflow({ agents: [review({ criteria: 'good' })] })).toThrow('cannot be the first');
    const agents = [agent({ role: 'A' }), review({ criteria: 'good' })];
    expect(() => new AgentWorkflow({ agents, mode: 'parallel' })).toThrow('needs a step before it');
  });
});

describe('forEach', () => {
  const double = agent({ role: 'D' }, (item) => Number(item) * 2);

  it('works on each item, in order, several at the same time', async () => {
    const { results, steps } = await build({ agents: [forEach(double, { maxParallel: 3 })] }).run([1, 2, 3, 4]);
    expect(results).toEqual([2, 4, 6, 8]);
    expect(steps.filter(({ id }) => id === 'd')).toHaveLength(4);
  });

  it('takes its list from the step before, or from an expression', async () => {
    const list = agent({ role: 'L' }, () => [1, 2]);
    expect((await build({ agents: [list, forEach(double)] }).run('x')).results).toEqual([2, 4]);
    const named = forEach(double, { list: '{{ input.task.rows.n }}', name: 'Rows' });
    expect((await build({ agents: [named] }).run({ rows: [{ n: 1 }, { n: 5 }] })).results).toEqual([2, 10]);
  });

  it('may leave out what fails', async () => {
    const picky = agent({ role: 'P' }, (item) => {
      if (item === 2) throw new Error('not two');
      return item;
    });
    const { results, errors } = await build({ agents: [forEach(picky, { onError: 'skip' })] }).run([1, 2, 3]);
    expect(results).toEqual([1, 3]);
    expect(errors).toMatchObject([{ nodeId: 'p', iteration: 'each_p[1]', message: 'not two' }]);
  });

  it('shows the item to the model', async () => {
    const { host } = hostWith(echo);
    const each = forEach(agent({ role: 'E', prompt: 'No. {{ index }}: {{ item }}' }));
    expect((await build({ agents: [each] }).run(['tea', 'rice'], { host })).results).toEqual([
      'E(No. 0: tea)',
      'E(No. 1: rice)',
    ]);
  });
});

describe('a budget', () => {
  it('ends the run before the call that would pass it', async () => {
    const { host, requests } = hostWith(echo);
    const agents = ['A', 'B', 'C'].map((role) => agent({ role }));
    const { status, errors, totalCost } = await build({ agents }).run('x', { host, budget: { modelCalls: 2 } });
    expect(status).toBe('failed');
    expect(errors).toMatchObject([{ code: 'budget_exceeded', nodeId: 'c' }]);
    expect(requests).toHaveLength(2);
    expect(totalCost).toBeCloseTo(0.02);
  });
});

describe('a stream', () => {
  it('brings the pieces of the answers, and ends with the end', async () => {
    const types: string[] = [];
    let text = '';
    for await (const event of build({ agents: [agent({ role: 'A', prompt: 'Summarise: {{ input.task }}' })] }).stream(
      'Tea grows on hills. It is picked by hand.',
    )) {
      types.push(event.type);
      if (event.type === 'step_delta') text += event.text;
    }
    expect(text).toContain('Tea grows on hills.');
    expect(types.at(-1)).toBe('execution_completed');
    expect(types.filter((type) => type === 'step_delta').length).toBeGreaterThan(3);
  });
});

it('ends as cancelled by its signal, and shows events as they come', async () => {
  const controller = new AbortController();
  const { host } = hostWith((request) => {
    controller.abort();
    return echo(request);
  });
  const seen: string[] = [];
  const workflow = build({ agents: [agent({ role: 'A' })] });
  const result = await workflow.run('x', { host, signal: controller.signal, onEvent: ({ type }) => seen.push(type) });
  expect(result).toMatchObject({ status: 'cancelled', results: null });
  expect(seen.at(-1)).toBe('execution_cancelled');
});

it('says what is wrong with a workflow that cannot be built', () => {
  expect(() => new AgentWorkflow({ agents: [] })).toThrow('at least one');
  const broken = agent({ role: 'A', prompt: '{{ steps.nowhere.output }}' });
  expect(() => new AgentWorkflow({ agents: [broken] })).toThrow(/cannot run.*nowhere/);
});

it('refuses a condition that would not count', () => {
  const agents = [agent({ role: 'A', when: '{{ false }}' })];
  for (const mode of ['sequential', 'parallel'] as const)
    expect(() => new AgentWorkflow({ agents, mode })).toThrow('“conditional” only');
});

it('hands out copies of its definition', () => {
  const workflow = build({ agents: [agent({ role: 'A' })] });
  workflow.definition.nodes.pop();
  expect(workflow.definition.nodes).toHaveLength(3);
});
