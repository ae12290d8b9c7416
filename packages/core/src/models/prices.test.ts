import { describe, expect, it } from 'vitest';
import { PROVIDERS, parseModelId } from './catalog.ts';
import { DEMO_MODEL_ID, DEMO_MODEL_NAME } from './demo/identity.ts';
import type { Usage } from './model-call.ts';
import { costOf, priceOf } from './prices.ts';

const usage = (inputTokens: number, outputTokens: number, more: Partial<Usage> = {}): Usage => ({
  inputTokens,
  outputTokens,
  cachedInputTokens: 0,
  reasoningTokens: 0,
  ...more,
});
const MILLION = 1_000_000;
const autumn = new Date('2026-11-20');

describe('costs', () => {
  it('count input and output at their own price', () => {
    expect(costOf('anthropic/claude-opus-5-5', usage(MILLION, MILLION))).toEqual({ costUsd: 24, priced: true });
    expect(costOf('openai/gpt-5-mini', usage(1_000, 500)).costUsd).toBeCloseTo(0.00125, 10);
  });

  it('count cached input cheaper, and reasoning as the output that it is part of', () => {
    const cached = usage(MILLION, MILLION, { cachedInputTokens: MILLION / 2, reasoningTokens: MILLION / 2 });
    expect(costOf('anthropic/claude-haiku-4-5', cached).costUsd).toBeCloseTo(0.5 + 0.05 + 5, 10);
  });

  it('count a long request at the long price, as a whole', () => {
    expect(costOf('openai/gpt-6-sol', usage(272_000, 0)).costUsd).toBeCloseTo(0.544, 10);
    expect(costOf('openai/gpt-6-sol', usage(300_000, 100_000)).costUsd).toBeCloseTo(1.2 + 1.5, 10);
  });

  it('follow a price that changes on a day', () => {
    const call = usage(MILLION, 0);
    expect(costOf('google/gemini-3.8-flash', call, { at: autumn }).costUsd).toBe(0.75);
    expect(costOf('google/gemini-3.8-flash', call, { at: new Date('2027-01-01T00:00:00Z') }).costUsd).toBe(1.5);
  });

  it('take a dated name for its model', () => {
    expect(priceOf('anthropic/claude-haiku-4-5-20251001')).toEqual(priceOf('anthropic/claude-haiku-4-5'));
    expect(priceOf('openai/gpt-4.1-2025-04-14')).toEqual(priceOf('openai/gpt-4.1'));
  });

  it('are 0 and marked as unknown for a model without a price', () => {
    expect(costOf('openai_compatible/llama', usage(5, 5))).toEqual({ costUsd: 0, priced: false });
  });
});

describe('the catalogue', () => {
  const models = Object.values(PROVIDERS).flatMap((provider) => provider.models);

  it('has a price for each model it offers, and each model under its provider', () => {
    for (const [id, provider] of Object.entries(PROVIDERS)) {
      for (const model of provider.models) {
        expect(parseModelId(model.id)?.provider).toBe(id);
        const price = priceOf(model.id, autumn);
        expect(price?.asOf, model.id).toMatch(/^2026-\d{2}-\d{2}$/);
        expect(price?.source?.startsWith('https://'), model.id).toBe(id === 'demo' ? undefined : true);
      }
      if (provider.defaultModel) expect(provider.models.map((model) => model.id)).toContain(provider.defaultModel);
    }
    expect(new Set(models.map((model) => model.id)).size).toBe(models.length);
  });

  it('calls the demo model what it is', () => {
    expect(models.find(({ id }) => id === DEMO_MODEL_ID)?.name).toBe(DEMO_MODEL_NAME);
    expect(DEMO_MODEL_NAME).toContain('not an AI');
  });

  it('reads model ids, slashes and all', () => {
    expect(parseModelId('openai_compatible/meta/llama-3')).toEqual({
      provider: 'openai_compatible',
      model: 'meta/llama-3',
    });
    for (const bad of ['auto', 'openai/', '/x', 'acme/model', '']) expect(parseModelId(bad)).toBeUndefined();
  });
});
