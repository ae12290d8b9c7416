import { describe, expect, it } from 'vitest';
import { PROVIDERS } from './catalog.ts';
import { createModelClient } from './create-model.ts';
import { userMessage } from './model-call.ts';

/**
 * Real calls, which cost a fraction of a cent. Each runs only where its key is given on purpose, e.g.
 * `AGENTWEAVER_LIVE_ANTHROPIC_KEY=… npx vitest run create-model.live`.
 */
describe.each(['anthropic', 'openai', 'google'] as const)('%s itself', (provider) => {
  const apiKey = process.env[`AGENTWEAVER_LIVE_${provider.toUpperCase()}_KEY`] ?? '';
  const model = PROVIDERS[provider].defaultModel ?? '';

  it.runIf(apiKey !== '')('answers with an object, streamed, and says what it cost', { timeout: 60_000 }, async () => {
    const request = {
      role: 'Arithmetician',
      personality: 'brief',
      model,
      messages: [userMessage('What is 2 + 3?')],
      temperature: 0,
      maxTokens: 2_000,
      timeoutMs: 50_000,
      outputSchema: {
        type: 'object',
        properties: { sum: { type: 'integer' } },
        required: ['sum'],
        additionalProperties: false,
      },
    };
    const pieces: string[] = [];
    const connection = { provider, apiKey, fetch };
    const response = await createModelClient({ model, connection }).stream(request, {
      onDelta: (text) => pieces.push(text),
    });
    expect(response).toMatchObject({ output: { sum: 5 }, model, finishReason: 'stop' });
    expect(pieces.join('')).toBe(response.text);
    expect(response.usage.inputTokens).toBeGreaterThan(5);
    expect(response.costUsd).toBeGreaterThan(0);
  });
});
