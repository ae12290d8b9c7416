import { describe, expect, it } from 'vitest';
import { createInProcessHost } from '../host/in-process-host.ts';
import { completeRequest } from '../models/complete-request.ts';
import { type ModelRequest, type ModelResponse, promptOf } from '../models/model-call.ts';
import type { BoundTool } from '../tools/tool.ts';
import type { AgentContext } from './agent-task.ts';
import { CoordinatorAgent } from './coordinator/coordinator-agent.ts';
import { COORDINATOR_DEFAULTS } from './coordinator/specialist.ts';
import { runAgent } from './run-agent.ts';
import { answer, task, toolCall } from './testing/scripted-model.ts';

type Kept = Map<number, { request: string; response: unknown }>;

/** A host that answers a call which it has answered before from memory, and dies at the new call of this number. */
const remembering = (kept: Kept, dieAt: number, script: (request: ModelRequest) => ModelResponse) => {
  const died = new AbortController();
  let made = 0;
  let index = 0;
  const remember = async <Response>(at: number, request: string, make: () => Response): Promise<Response> => {
    const known = kept.get(at);
    if (known) {
      // The number alone is not enough: the same number for another request would be an answer to another question.
      expect(known.request).toBe(request);
      return known.response as Response;
    }
    made += 1;
    if (made === dieAt) died.abort(new Error('killed'));
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 3));
    died.signal.throwIfAborted();
    const response = make();
    kept.set(at, { request, response });
    return response;
  };
  const host = createInProcessHost({
    generate: (input, call) => {
      const request = completeRequest(input);
      return remember(call.index, JSON.stringify(request.messages), () => script(request));
    },
  });
  host.timer.now = (call) => remember(call.index, 'now', () => 7);
  const context: AgentContext = {
    host,
    nextCall: () => ({ nodeId: 'node', iteration: '', attempt: 1, index: index++, signal: died.signal }),
    signal: died.signal,
    log: () => undefined,
    report: () => undefined,
  };
  return { context, made: () => made };
};

/** Takes a while, and asks the host several times. */
const clockTool = (name: string): BoundTool => ({
  name,
  description: '',
  inputSchema: { type: 'object' },
  touches: ['nothing'],
  run: async (_, { host, nextCall }) => [await host.timer.now(nextCall()), await host.timer.now(nextCall())],
});
const TOOLS = [clockTool('a'), clockTool('b')];
const askForBothTwice = ({ messages }: ModelRequest): ModelResponse =>
  messages.length < 5 ? answer('', { toolCalls: [toolCall('a', {}), toolCall('b', {})] }) : answer('done');

const runUntilDone = async (
  work: (context: AgentContext) => Promise<unknown>,
  script: typeof askForBothTwice,
  dieAt: number,
) => {
  const kept: Kept = new Map();
  for (let run = 1; ; run++) {
    // It is killed in the first run only.
    const { context } = remembering(kept, run === 1 ? dieAt : Number.POSITIVE_INFINITY, script);
    const result = await work(context).catch(() => undefined);
    if (result !== undefined) return { result, calls: kept.size, runs: run };
    expect(run).toBe(1);
    // What was on its way when it was killed never arrives.
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};

describe('an interrupted agent', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])('killed at its call %i asks nothing twice', async (dieAt) => {
    const work = (context: AgentContext) => runAgent(task({ tools: TOOLS }), context);
    const { result, calls, runs } = await runUntilDone(work, askForBothTwice, dieAt);
    expect(result).toMatchObject({ text: 'done', modelCalls: 3 });
    expect(calls).toBe(3 + 2 * 2 * 2);
    expect(runs).toBe(2);
  });
});

describe('an interrupted coordinator', () => {
  const settings = { role: 'X', personality: '', model: 'auto', temperature: 0, maxTokens: 100, timeoutMs: 1_000 };
  const specialist = (id: string) => ({ ...settings, id, name: id, skills: [], tools: TOOLS });
  const subtask = (title: string, dependsOn: number[] = []) => ({
    title,
    task: title,
    skills: [],
    dependsOn,
    specialist: 'ann',
  });
  const output = {
    complexity: 'complex',
    reason: 'Why not.',
    subtasks: [subtask('one'), subtask('two'), subtask('three', [1, 2])],
  };
  const script = (request: ModelRequest): ModelResponse => {
    const prompt = promptOf(request);
    if (request.outputSchema) return answer('', { output });
    return prompt.startsWith('Combine') ? answer('all done') : askForBothTwice(request);
  };

  it.each([1, 2, 5, 9, 14, 20, 27, 33, 35])('killed at its call %i asks nothing twice', async (dieAt) => {
    const work = (context: AgentContext) =>
      new CoordinatorAgent(
        {
          task: 'Everything',
          coordinator: settings,
          specialists: [specialist('ann'), specialist('bob')],
          limits: COORDINATOR_DEFAULTS,
        },
        context,
      ).run();
    const { result, calls, runs } = await runUntilDone(work, script, dieAt);
    expect(result).toMatchObject({ answer: 'all done' });
    expect(calls).toBe(1 + 3 * (3 + 8) + 1);
    expect(runs).toBe(2);
  });
});
