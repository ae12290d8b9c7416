import { describe, expect, test } from 'vitest';
import { type AvailableKey, resolveModel } from './resolve-model.ts';

const key = (provider: AvailableKey['provider'], models: string[] = []): AvailableKey => ({
  id: `key-${provider}`,
  provider,
  label: `My ${provider}`,
  baseUrl: null,
  models,
  maxConcurrentCalls: null,
  maxCallsPerMinute: null,
});
const local = { baseUrl: 'http://127.0.0.1:11434/v1', source: 'Ollama', models: ['llama3', 'qwen3'] };

describe('auto', () => {
  test('takes the first provider of the order, with its default model, and says why', () => {
    const keys = [key('google'), key('openai'), key('openai_compatible', ['m'])];
    expect(resolveModel('auto', { keys, local })).toMatchObject({
      via: 'key',
      key: { provider: 'openai' },
      id: expect.stringMatching(/^openai\//),
      reason: expect.stringContaining('My openai'),
    });
  });

  test('takes the first model of an endpoint, and passes over one that lists none', () => {
    expect(resolveModel('auto', { keys: [key('openai_compatible', ['big', 'small'])], local })).toMatchObject({
      id: 'openai_compatible/big',
    });
    expect(resolveModel('auto', { keys: [key('openai_compatible')], local })).toMatchObject({ via: 'local' });
  });

  test('takes the local server, then the demo model', () => {
    expect(resolveModel('auto', { keys: [], local })).toMatchObject({
      via: 'local',
      id: 'openai_compatible/llama3',
      reason: expect.stringContaining('Ollama'),
    });
    expect(resolveModel('auto', { keys: [], local: undefined })).toMatchObject({
      via: 'demo',
      id: 'demo/demo-model',
      reason: expect.stringContaining('not an AI'),
    });
  });
});

describe('a named model', () => {
  test('needs a key of its provider', () => {
    expect(resolveModel('anthropic/claude-x', { keys: [key('anthropic')], local })).toMatchObject({
      via: 'key',
      id: 'anthropic/claude-x',
    });
    expect(() => resolveModel('anthropic/claude-x', { keys: [key('openai')], local })).toThrow(/no key for Anthropic/);
  });

  test('of a compatible endpoint goes to the key that lists it, then to the local server, then to any key', () => {
    const keys = [key('openai_compatible', ['a']), { ...key('openai_compatible', ['b']), id: 'second' }];
    expect(resolveModel('openai_compatible/b', { keys, local })).toMatchObject({ key: { id: 'second' } });
    expect(resolveModel('openai_compatible/qwen3', { keys, local })).toMatchObject({ via: 'local' });
    expect(resolveModel('openai_compatible/org/c', { keys, local })).toMatchObject({
      via: 'key',
      id: 'openai_compatible/org/c',
    });
  });

  test.each(['nonsense', 'mystery/model', 'demo/other', 'openai/'])('%s does not exist', (id) => {
    expect(() => resolveModel(id, { keys: [], local })).toThrow(/no model/);
  });
});
