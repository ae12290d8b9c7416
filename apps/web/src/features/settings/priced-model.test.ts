import { expect, it } from 'vitest';
import { isPricedModel } from './priced-model.ts';

it('is a model of a provider that charges', () => {
  for (const model of ['anthropic/claude-haiku-4-5', 'openai_compatible/meta/llama-3'])
    expect(isPricedModel(model)).toBe(true);
  for (const model of ['auto', 'demo/demo-model', 'llama', 'openai/', 'acme/x', 'openai/gpt 4']) {
    expect(isPricedModel(model), model).toBe(false);
  }
});
