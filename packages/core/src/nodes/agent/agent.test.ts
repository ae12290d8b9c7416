import { describe, expect, it } from 'vitest';
import { answer, toolCall } from '../../agents/testing/scripted-model.ts';
import { completeRequest } from '../../models/complete-request.ts';
import { type ModelRequest, type ModelRequestInput, type ModelResponse, promptOf } from '../../models/model-call.ts';
import { runNode } from '../testing/run-node.ts';
import { agentConfig } from './definition.ts';

const SCHEMA = '{"type":"object","properties":{"n":{"type":"integer"}},"required":["n"],"additionalProperties":false}';

const answering = (
  script: Partial<ModelResponse> | ((request: ModelRequest) => ModelResponse),
  requests: ModelRequest[] = [],
) => ({
  generate: async (input: ModelRequestInput) => {
    const request = completeRequest(input);
    requests.push(request);
    return typeof script === 'function' ? script(request) : answer('Hello', script);
  },
});

describe('an agent', () => {
  it('asks with everything that its config says, the prompt filled in', async () => {
    const requests: ModelRequest[] = [];
    const config = {
      role: 'Editor',
      personality: 'dry',
      prompt: 'Shorten: {{ previous }}',
      model: 'openai/gpt-4.1',
      fallbackModels: ['anthropic/claude-haiku-4-5', ''],
      temperature: 0,
      maxTokens: 50,
      timeoutMs: 9_000,
      reasoningEffort: 'high',
      cacheTtlSeconds: 30,
    };
    const result = await runNode('agent', { config, previous: 'long text', host: answering({}, requests) });
    expect(requests).toEqual([
      {
        role: 'Editor',
        personality: 'dry',
        messages: [{ role: 'user', content: [{ type: 'text', text: 'Shorten: long text' }] }],
        model: 'openai/gpt-4.1',
        fallbackModels: ['anthropic/claude-haiku-4-5'],
        tools: [],
        toolChoice: 'auto',
        temperature: 0,
        maxTokens: 50,
        timeoutMs: 9_000,
        reasoningEffort: 'high',
        cacheTtlSeconds: 30,
      },
    ]);
    expect(result).toMatchObject({
      output: 'Hello',
      model: 'anthropic/claude-sonnet-4-5',
      reason: 'The first key.',
      costUsd: 0.01,
      cached: false,
    });
  });

  it('takes a config of before there were tools', () => {
    const { success, data } = agentConfig.safeParse({ role: 'Editor', prompt: 'x', outputSchema: '' });
    expect(success && data).toMatchObject({ tools: [], maxSteps: 10, reasoningEffort: 'default', cacheTtlSeconds: 0 });
  });

  it('hands on the object of an output schema', async () => {
    const config = { outputSchema: SCHEMA };
    expect((await runNode('agent', { config, host: answering({ output: { n: 1 } }) })).output).toEqual({ n: 1 });
  });

  it.each([
    ['an object that does not fit', { output: { n: 'x', more: 1 } }, /additional properties; \/n must be integer/],
    ['text that is no JSON', { text: 'n is 1' }, /not JSON/],
  ])('refuses %s once it was not repaired, and a retry may help', async (_, more, message) => {
    const requests: ModelRequest[] = [];
    const asked = runNode('agent', { config: { outputSchema: SCHEMA }, host: answering(more, requests) });
    await expect(asked).rejects.toMatchObject({
      data: { code: 'output_invalid', message: expect.stringMatching(message) },
      retryable: true,
    });
    expect(requests).toHaveLength(2);
  });

  it('says that a schema cannot be used', async () => {
    const config = { outputSchema: '{"type":"nonsense"}' };
    await expect(runNode('agent', { config, host: answering({ output: {} }) })).rejects.toMatchObject({
      data: { code: 'invalid_workflow' },
    });
  });

  it('takes schemas of older drafts and with formats', async () => {
    const outputSchema =
      '{"$schema":"http://json-schema.org/draft-07/schema#","type":"object","properties":{"m":{"type":"string","format":"email"}}}';
    expect(
      (await runNode('agent', { config: { outputSchema }, host: answering({ output: { m: 'x' } }) })).output,
    ).toEqual({ m: 'x' });
  });

  it('warns when the answer was cut off', async () => {
    const { logs } = await runNode('agent', { host: answering({ finishReason: 'length' }) });
    expect(logs).toEqual([{ level: 'warn', message: 'The answer was cut off at 4000 tokens.' }]);
  });

  it('answers by the demo model when there is no other', async () => {
    const config = { prompt: 'Classify as one of: billing, other.\n\nText: refund my invoice' };
    expect((await runNode('agent', { config })).output).toBe('billing');
  });
});

describe('an agent with tools', () => {
  it('uses those of its config, under the names that it gives them', async () => {
    const config = { prompt: 'How much is 6 × 7?', tools: [{ tool: 'calculator', name: 'sums' }] };
    const requests: ModelRequest[] = [];
    const host = answering(
      ({ messages }) =>
        messages.length === 1
          ? answer('', { toolCalls: [toolCall('sums', { expression: '6*7' })] })
          : answer(`It is ${JSON.stringify(messages.at(-1)?.content)}`),
      requests,
    );
    const { output, reports } = await runNode('agent', { config, host });
    expect(requests[0]?.tools).toMatchObject([{ name: 'sums' }]);
    expect(output).toContain('42');
    expect(reports.map(({ type }) => type)).toEqual(['tool_started', 'tool_completed']);
  });

  it('stops at the limit of its config', async () => {
    const config = { tools: [{ tool: 'calculator' }], maxSteps: 2 };
    const host = answering(() => answer('', { toolCalls: [toolCall('calculator', { expression: '1' })] }));
    await expect(runNode('agent', { config, host })).rejects.toMatchObject({ data: { code: 'step_limit' } });
  });
});

describe('images', () => {
  const PNG = 'iVBORw0KGgo=';
  const imagesOf = async (input: unknown, write?: [path: string, content: string]) => {
    const requests: ModelRequest[] = [];
    const files = new Map(write ? [write] : []);
    const host = {
      ...answering({}, requests),
      files: {
        read: async ({ path }: { path: string }) => ({
          path,
          content: files.get(path) ?? '',
          encoding: 'base64' as const,
          mediaType: path.endsWith('.png') ? 'image/png' : 'text/plain',
          size: 8,
        }),
        write: () => Promise.reject(new Error('not used')),
        list: async () => [],
      },
    };
    await runNode('agent', { config: { prompt: 'Look', images: '{{ input }}' }, input, host });
    return requests[0]?.messages[0]?.content.slice(1);
  };

  it('are read from the run’s files, taken as they are, or from a data URL', async () => {
    const image = { type: 'image', mediaType: 'image/png', data: PNG };
    expect(await imagesOf('photo.png', ['photo.png', PNG])).toEqual([image]);
    expect(await imagesOf([{ mediaType: 'image/png', data: PNG, note: 'x' }, null, ''])).toEqual([image]);
    expect(await imagesOf([`data:image/png;base64,${PNG}`])).toEqual([image]);
    expect(await imagesOf(null)).toEqual([]);
  });

  it.each([
    ['something else', [{ mediaType: 'image/tiff', data: 'x' }], /neither a path nor/],
    ['a file that is no image', 'notes.txt', /“notes.txt” is text\/plain/],
    ['a data URL of another kind', 'data:image/tiff;base64,AAAA', /is image\/tiff/],
    ['too many', Array.from({ length: 21 }, () => 'a.png'), /There are 21; at most 20/],
  ])('refuses %s', async (_, input, message) => {
    await expect(imagesOf(input)).rejects.toMatchObject({
      data: { code: 'node_failed', message: expect.stringMatching(message), hint: expect.stringContaining('paths') },
    });
  });
});

describe('an agent that was sent back', () => {
  const askedWith = async (evaluation: unknown, output: unknown = 'My first text.') => {
    const requests: ModelRequest[] = [];
    const feedback = { evaluation, output, round: 1 };
    await runNode('agent', { config: { prompt: 'Write.' }, feedback, host: answering({}, requests) });
    return requests[0] ?? expect.unreachable('was not asked');
  };

  it('sees its last answer and what was wrong with it', async () => {
    const evaluation = { passed: false, score: 0.4, reasons: ['No sources.'], feedback: 'Name sources.', value: null };
    const request = await askedWith(evaluation);
    expect(request.messages.slice(0, 2)).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'Write.' }] },
      { role: 'assistant', content: [{ type: 'text', text: 'My first text.' }] },
    ]);
    const prompt = promptOf(request);
    expect(prompt).toContain('What to do better: Name sources.\n\nWhy:\n- No sources.\n\nScore: 0.4');
    expect(prompt).toContain('the whole improved answer');
  });

  it('understands any evaluation', async () => {
    expect(promptOf(await askedWith('Too long.'))).toContain('Too long.');
    expect(promptOf(await askedWith(null))).toContain('null');
    expect(promptOf(await askedWith({ feedback: ' ', reasons: [], verdict: 'no' }))).toContain('"verdict":"no"');
    const request = await askedWith({ reasons: [{ at: 1 }] }, { n: 1 });
    expect(promptOf(request)).toContain('- {"at":1}');
    expect(JSON.stringify(request.messages[1])).toContain('{\\"n\\":1}');
  });
});

it('the config refuses a schema that is no JSON object', () => {
  for (const outputSchema of ['{', '[]', '5', 'null'])
    expect(agentConfig.safeParse({ outputSchema }).success).toBe(false);
  for (const outputSchema of ['', '  ', '{}']) expect(agentConfig.safeParse({ outputSchema }).success).toBe(true);
});
