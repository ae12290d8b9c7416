import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ExecutionError } from '../engine/execution-errors.ts';
import { isSuspended, Suspended } from '../host/suspended.ts';
import type { BoundTool } from '../tools/tool.ts';
import { runAgent } from './run-agent.ts';
import { answer, scripted, task, toolCall } from './testing/scripted-model.ts';
import { MAX_TOOL_RESULT_LENGTH } from './tool-result.ts';

const tool = (name: string, run: BoundTool['run']): BoundTool => ({
  name,
  description: `Does ${name}.`,
  inputSchema: { type: 'object' },
  touches: ['nothing'],
  run,
});
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const SCHEMA = z.toJSONSchema(z.object({ n: z.int() }));

describe('an agent without tools', () => {
  it('asks once, with all that its task says, and hands on what came', async () => {
    const { context, requests, reports } = scripted(() => answer('Warm.'));
    const images = [{ type: 'image' as const, mediaType: 'image/png', data: 'AAAA' }];
    const given = task({
      images,
      history: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }],
      fallbackModels: ['openai/gpt-4.1'],
      reasoningEffort: 'low',
      cacheTtlSeconds: 60,
    });
    const result = await runAgent(given, context);
    expect(requests).toEqual([
      {
        role: 'Researcher',
        personality: 'dry',
        model: 'auto',
        fallbackModels: ['openai/gpt-4.1'],
        messages: [
          { role: 'user', content: [{ type: 'text', text: 'Hello' }] },
          { role: 'user', content: [{ type: 'text', text: 'How warm is it?' }, ...images] },
        ],
        tools: [],
        toolChoice: 'auto',
        temperature: 0.7,
        maxTokens: 4_000,
        reasoningEffort: 'low',
        timeoutMs: 30_000,
        cacheTtlSeconds: 60,
      },
    ]);
    expect(result).toMatchObject({ text: 'Warm.', modelCalls: 1, costUsd: 0.01, cached: false, toolUses: [] });
    expect(result.messages.at(-1)).toEqual({ role: 'assistant', content: [{ type: 'text', text: 'Warm.' }] });
    expect(reports).toEqual([{ type: 'step_delta', text: 'Warm.' }]);
  });

  it('says that an answer was cut off, and that it came from the cache', async () => {
    const { context, logs } = scripted(() => answer('War', { finishReason: 'length', cached: true }));
    expect((await runAgent(task(), context)).cached).toBe(true);
    expect(logs).toEqual([{ level: 'warn', message: 'The answer was cut off at 4000 tokens.' }]);
  });

  it('throws the reason of a cancel that came during the call', async () => {
    const controller = new AbortController();
    const { context } = scripted(
      () => {
        controller.abort(new Error('stopped'));
        return answer('late');
      },
      { signal: controller.signal },
    );
    await expect(runAgent(task(), context)).rejects.toThrow('stopped');
  });
});

describe('an agent with tools', () => {
  it('runs those of one turn at the same time, in the order of the calls, and sums up', async () => {
    const order: string[] = [];
    const slow = tool('slow', async (input) => {
      order.push('slow starts');
      await pause(20);
      order.push('slow ends');
      return { got: input };
    });
    const fast = tool('fast', async () => {
      order.push('fast');
      return 'quick';
    });
    const { context, requests, reports } = scripted((_, asked) =>
      asked === 0 ? answer('', { toolCalls: [toolCall('slow', { a: 1 }), toolCall('fast', {})] }) : answer('Done.'),
    );
    const result = await runAgent(task({ tools: [slow, fast] }), context);
    expect(order).toEqual(['slow starts', 'fast', 'slow ends']);
    expect(requests[1]?.messages.at(-1)).toEqual({
      role: 'tool',
      content: [
        { type: 'tool_result', callId: 'id-slow', name: 'slow', output: { got: { a: 1 } }, isError: false },
        { type: 'tool_result', callId: 'id-fast', name: 'fast', output: 'quick', isError: false },
      ],
    });
    expect(result).toMatchObject({ text: 'Done.', modelCalls: 2, costUsd: 0.02 });
    expect(result.usage).toMatchObject({ inputTokens: 20, outputTokens: 4 });
    expect(result.toolUses.map(({ tool: name }) => name)).toEqual(['slow', 'fast']);
    const started = reports.flatMap((report) => (report.type === 'tool_started' ? [report.callId] : []));
    const completed = reports.flatMap((report) => (report.type === 'tool_completed' ? [report.callId] : []));
    expect(new Set(started).size).toBe(2);
    expect([...completed].sort()).toEqual([...started].sort());
  });

  it.each([
    [20, 0],
    [0, 20],
  ])('numbers the host calls of its tools the same way, whichever is faster (%i, %i ms)', async (first, second) => {
    const seen: Record<string, number[]> = { a: [], b: [] };
    const calling = (name: string, wait: number) =>
      tool(name, async (_, { nextCall }) => {
        for (let i = 0; i < 20; i++) {
          if (i === 1) await pause(wait);
          seen[name]?.push(nextCall().index);
        }
        return null;
      });
    const { context, indices } = scripted((_, asked) =>
      asked === 0 ? answer('', { toolCalls: [toolCall('a', {}), toolCall('b', {})] }) : answer('Done.'),
    );
    await runAgent(task({ tools: [calling('a', first), calling('b', second)] }), context);
    expect(seen.a?.slice(0, 16)).toEqual(Array.from({ length: 16 }, (_, i) => 1 + i));
    expect(seen.b?.slice(0, 16)).toEqual(Array.from({ length: 16 }, (_, i) => 17 + i));
    const all = [...(seen.a ?? []), ...(seen.b ?? []), ...indices];
    expect(new Set(all).size).toBe(all.length);
  });

  it('tells the model what went wrong, and which tools there are', async () => {
    const broken = tool('broken', async () => {
      throw new ExecutionError({ code: 'http_failed', message: 'It answered 500.', hint: 'Try later.' });
    });
    const silly = tool('silly', async () => {
      throw new Error('oops');
    });
    const strange = tool('strange', async () => ({ big: 1n }));
    const calls = [toolCall('broken', {}), toolCall('silly', {}), toolCall('strange', {}), toolCall('none', {})];
    const { context, requests, reports } = scripted((_, asked) =>
      asked === 0 ? answer('', { toolCalls: calls }) : answer('Sorry.'),
    );
    const result = await runAgent(task({ tools: [broken, silly, strange] }), context);
    const told = requests[1]?.messages.at(-1);
    expect(told?.role === 'tool' && told.content.map(({ output, isError }) => [output, isError])).toEqual([
      ['It answered 500. Try later.', true],
      ['oops', true],
      [expect.stringContaining('is not JSON'), true],
      ['There is no tool “none”. Use one of: broken, silly, strange.', true],
    ]);
    expect(result.text).toBe('Sorry.');
    expect(result.toolUses[0]).toMatchObject({ tool: 'broken', error: 'It answered 500. Try later.' });
    const codes = reports.flatMap((report) => (report.type === 'tool_completed' ? [report.error?.code] : []));
    expect(codes.sort()).toEqual(['http_failed', 'tool_failed', 'tool_failed', 'tool_failed']);
  });

  it('tells a model that made a tool up that it has none', async () => {
    const { context, requests } = scripted((_, asked) =>
      asked === 0 ? answer('', { toolCalls: [toolCall('none', {})] }) : answer('Fine.'),
    );
    expect((await runAgent(task(), context)).text).toBe('Fine.');
    expect(JSON.stringify(requests[1]?.messages)).toContain('Answer without tools.');
  });

  it('cuts long results, for the model and for the log', async () => {
    const long = tool('long', async () => 'é'.repeat(MAX_TOOL_RESULT_LENGTH + 5));
    const rows = tool('rows', async () => Array.from({ length: 9_000 }, (_, i) => i));
    const nothing = tool('nothing', async () => undefined);
    const { context, reports } = scripted((_, asked) =>
      asked === 0
        ? answer('', { toolCalls: [toolCall('long', {}), toolCall('rows', {}), toolCall('nothing', {})] })
        : answer('ok'),
    );
    const { toolUses } = await runAgent(task({ tools: [long, rows, nothing] }), context);
    expect(toolUses[0]?.output).toBe(
      `${'é'.repeat(MAX_TOOL_RESULT_LENGTH)}\n[Cut off: the first 20000 of 20005 characters.]`,
    );
    expect(String(toolUses[1]?.output).length).toBeLessThan(MAX_TOOL_RESULT_LENGTH + 100);
    expect(toolUses[2]?.output).toBeNull();
    for (const report of reports)
      if (report.type === 'tool_completed') expect(JSON.stringify(report.output ?? '').length).toBeLessThan(21_000);
  });

  it.each(['budget_exceeded', 'not_repeatable', 'internal'] as const)(
    'ends with %s, which no model may answer',
    async (code) => {
      const failing = tool('failing', async () => {
        throw new ExecutionError({ code, message: 'No.' });
      });
      const { context, requests } = scripted(() => answer('', { toolCalls: [toolCall('failing', {})] }));
      await expect(runAgent(task({ tools: [failing] }), context)).rejects.toMatchObject({ data: { code } });
      expect(requests).toHaveLength(1);
    },
  );

  it('waits for what takes long, once its other tools are done', async () => {
    const done: string[] = [];
    const person = tool('person', async () => {
      throw new Suspended({ kind: 'human' });
    });
    const timer = (name: string, until: number) =>
      tool(name, async () => {
        throw new Suspended({ kind: 'timer', until });
      });
    const slow = tool('slow', async () => {
      await pause(10);
      done.push('slow');
    });
    const calls = ['person', 'late', 'early', 'slow'].map((name) => toolCall(name, {}));
    const { context } = scripted(() => answer('', { toolCalls: calls }));
    const tools = [person, timer('late', 90), timer('early', 20), slow];
    const thrown = await runAgent(task({ tools }), context).catch((error: unknown) => error);
    expect(isSuspended(thrown) && { kind: thrown.kind, until: thrown.until }).toEqual({ kind: 'human', until: 20 });
    expect(done).toEqual(['slow']);
    const alone = await runAgent(task({ tools: [person, timer('late', 1), timer('early', 1), slow] }), {
      ...context,
      report: () => undefined,
    }).catch((error: unknown) => error);
    expect(isSuspended(alone)).toBe(true);
  });

  it('says nothing of a time when it waits for a person only', async () => {
    const person = tool('person', async () => {
      throw new Suspended({ kind: 'human' });
    });
    const { context } = scripted(() => answer('', { toolCalls: [toolCall('person', {})] }));
    await expect(runAgent(task({ tools: [person] }), context)).rejects.toMatchObject({
      kind: 'human',
      until: undefined,
    });
  });

  it('throws the reason of a cancel, not the tool’s error', async () => {
    const controller = new AbortController();
    const cancelled = tool('cancelled', async () => {
      controller.abort(new Error('stopped'));
      throw new Error('fetch failed');
    });
    const { context, reports } = scripted(() => answer('', { toolCalls: [toolCall('cancelled', {})] }), {
      signal: controller.signal,
    });
    await expect(runAgent(task({ tools: [cancelled] }), context)).rejects.toThrow('stopped');
    expect(reports.filter(({ type }) => type === 'tool_completed')).toEqual([]);
  });
});

describe('the limit of steps', () => {
  const again = tool('again', async () => 'more');

  it('lets the last call answer only', async () => {
    const { context, requests } = scripted(({ toolChoice }) =>
      toolChoice === 'none' ? answer('Enough.') : answer('', { toolCalls: [toolCall('again', {})] }),
    );
    const result = await runAgent(task({ tools: [again], maxSteps: 3 }), context);
    expect(requests.map(({ toolChoice }) => toolChoice)).toEqual(['auto', 'auto', 'none']);
    expect(requests[2]?.tools).toHaveLength(1);
    expect(result).toMatchObject({ text: 'Enough.', modelCalls: 3 });
  });

  it('fails with step_limit when the model asks for tools all the same and says nothing', async () => {
    const { context } = scripted(() => answer('', { toolCalls: [toolCall('again', {})] }));
    await expect(runAgent(task({ tools: [again], maxSteps: 2 }), context)).rejects.toMatchObject({
      data: { code: 'step_limit', message: expect.stringContaining('2 model calls') },
    });
  });

  it('takes what the model says beside its last request, and leaves no call open', async () => {
    const { context } = scripted(() => answer('Partly.', { toolCalls: [toolCall('again', {})] }));
    const { text, messages } = await runAgent(task({ tools: [again], maxSteps: 1 }), context);
    expect(text).toBe('Partly.');
    expect(messages.at(-1)).toEqual({ role: 'assistant', content: [{ type: 'text', text: 'Partly.' }] });
  });
});

describe('structured output', () => {
  it('is the object, from the response or from fenced text', async () => {
    const direct = scripted(() => answer('{"n":1}', { output: { n: 1 } }));
    expect((await runAgent(task({ outputSchema: SCHEMA }), direct.context)).output).toEqual({ n: 1 });
    const fenced = scripted(() => answer('```json\n{"n": 2}\n```'));
    expect((await runAgent(task({ outputSchema: SCHEMA }), fenced.context)).output).toEqual({ n: 2 });
    expect(fenced.requests[0]?.outputSchema).toEqual(SCHEMA);
  });

  it('is repaired once, the model told what was wrong', async () => {
    const { context, requests, logs } = scripted((_, asked) =>
      asked === 0 ? answer('{"n":"one"}') : answer('{"n":1}'),
    );
    const result = await runAgent(task({ outputSchema: SCHEMA }), context);
    expect(result).toMatchObject({ output: { n: 1 }, modelCalls: 2, costUsd: 0.02 });
    expect(JSON.stringify(requests[1]?.messages.at(-1))).toContain('/n must be integer');
    expect(logs[0]?.message).toContain('asked once more');
  });

  it('fails with output_invalid when the repair does not fit either', async () => {
    const { context, requests } = scripted(() => answer('one'));
    await expect(runAgent(task({ outputSchema: SCHEMA }), context)).rejects.toMatchObject({
      data: { code: 'output_invalid', message: expect.stringContaining('not JSON') },
      retryable: true,
    });
    expect(requests).toHaveLength(2);
  });

  it('blames the workflow for a schema that cannot be used, without asking again', async () => {
    const { context, requests } = scripted(() => answer('{}', { output: {} }));
    await expect(runAgent(task({ outputSchema: { type: 'nonsense' } }), context)).rejects.toMatchObject({
      data: { code: 'invalid_workflow' },
    });
    expect(requests).toHaveLength(1);
  });

  it('may come after tools', async () => {
    const count = tool('count', async () => 7);
    const { context } = scripted((_, asked) =>
      asked === 0 ? answer('', { toolCalls: [toolCall('count', {})] }) : answer('{"n":7}'),
    );
    expect((await runAgent(task({ tools: [count], outputSchema: SCHEMA }), context)).output).toEqual({ n: 7 });
  });
});
