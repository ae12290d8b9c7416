import { describe, expect, it } from 'vitest';
import type { ModelRequest, ModelResponse } from '../../models/model-call.ts';
import { runNode } from '../testing/run-node.ts';
import { agentConfig } from './definition.ts';

const response = (more: Partial<ModelResponse>): ModelResponse => ({
  text: 'Hello',
  model: 'anthropic/claude-sonnet-5-5',
  reason: 'The first key.',
  usage: { inputTokens: 10, outputTokens: 2, cachedInputTokens: 0, reasoningTokens: 0 },
  costUsd: 0.01,
  durationMs: 5,
  finishReason: 'stop',
  ...more,
});

const SCHEMA = '{"type":"object","properties":{"n":{"type":"integer"}},"required":["n"],"additionalProperties":false}';

const answering = (more: Partial<ModelResponse>, requests: ModelRequest[] = []) => ({
  generate: async (request: ModelRequest) => {
    requests.push(request);
    return response(more);
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
      temperature: 0,
      maxTokens: 50,
      timeoutMs: 9_000,
    };
    const result = await runNode('agent', { config, previous: 'long text', host: answering({}, requests) });
    expect(requests).toEqual([
      {
        role: 'Editor',
        personality: 'dry',
        prompt: 'Shorten: long text',
        model: 'openai/gpt-4.1',
        temperature: 0,
        maxTokens: 50,
        timeoutMs: 9_000,
        outputSchema: undefined,
      },
    ]);
    expect(result).toMatchObject({
      output: 'Hello',
      model: 'anthropic/claude-sonnet-5-5',
      reason: 'The first key.',
      costUsd: 0.01,
    });
  });

  it('hands on the object of an output schema, from the response or from fenced text', async () => {
    const config = { outputSchema: SCHEMA };
    expect((await runNode('agent', { config, host: answering({ output: { n: 1 } }) })).output).toEqual({ n: 1 });
    expect((await runNode('agent', { config, host: answering({ text: '```json\n{"n": 2}\n```' }) })).output).toEqual({
      n: 2,
    });
  });

  it.each([
    ['an object that does not fit', { output: { n: 'x', more: 1 } }, /additional properties; \/n must be integer/],
    ['text that is no JSON', { text: 'n is 1' }, /not JSON/],
  ])('refuses %s, and a retry may help', async (_, more, message) => {
    const asked = runNode('agent', { config: { outputSchema: SCHEMA }, host: answering(more) });
    await expect(asked).rejects.toMatchObject({
      data: { code: 'output_invalid', message: expect.stringMatching(message) },
      retryable: true,
    });
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

it('the config refuses a schema that is no JSON object', () => {
  for (const outputSchema of ['{', '[]', '5', 'null'])
    expect(agentConfig.safeParse({ outputSchema }).success).toBe(false);
  for (const outputSchema of ['', '  ', '{}']) expect(agentConfig.safeParse({ outputSchema }).success).toBe(true);
});
