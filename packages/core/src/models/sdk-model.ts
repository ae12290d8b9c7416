import { createAnthropic } from '@ai-sdk/anthropic';
import { createGoogleGenerativeAI } from '@ai-sdk/google';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import type { LanguageModel } from 'ai';
import { capabilitiesOf } from './capabilities.ts';
import { PROVIDERS, type ProviderId } from './catalog.ts';
import { ModelError } from './model-errors.ts';

// The SDK prints what a model ignores (a temperature) to the console; logs are the caller's affair.
globalThis.AI_SDK_LOG_WARNINGS = false;

/** How to reach a provider. */
export type ProviderConnection = {
  provider: Exclude<ProviderId, 'demo'>;
  /** May be empty for a local `openai_compatible` server. */
  apiKey: string;
  /** Needed for `openai_compatible`; elsewhere it replaces the provider's own address. */
  baseUrl?: string;
  /** Carries every request, so that it passes the caller's egress guard. */
  fetch: typeof globalThis.fetch;
};

/**
 * Claude by its Messages API, GPT and the o-series by OpenAI's Responses API, Gemini by `generateContent`; Llama and
 * whatever else Ollama, llama.cpp, vLLM and gateways serve by Chat Completions.
 */
export const createSdkModel = (
  { provider, apiKey, baseUrl, fetch }: ProviderConnection,
  model: string,
): Exclude<LanguageModel, string> => {
  const baseURL = baseUrl ?? PROVIDERS[provider].baseUrl;
  switch (provider) {
    case 'anthropic':
      return createAnthropic({ apiKey, baseURL, fetch })(model);
    case 'openai':
      return createOpenAI({ apiKey, baseURL, fetch }).responses(model);
    case 'google':
      return createGoogleGenerativeAI({ apiKey, baseURL, fetch })(model);
    case 'openai_compatible': {
      if (!baseURL) {
        throw new ModelError(
          {
            code: 'model_unavailable',
            message: 'The OpenAI-compatible endpoint has no address.',
            hint: 'Add its base URL to the provider key in the settings.',
          },
          { isLasting: true },
        );
      }
      const { takesTemperature } = capabilitiesOf(`${provider}/${model}`);
      return createOpenAICompatible({
        name: 'openai_compatible',
        baseURL,
        fetch,
        includeUsage: true,
        supportsStructuredOutputs: true,
        // OpenAI's reasoning models, behind whatever gateway, refuse the older name of the limit.
        ...(takesTemperature ? {} : { transformRequestBody: renameMaxTokens }),
        ...(apiKey ? { apiKey } : {}),
      })(model);
    }
  }
};

const renameMaxTokens = ({ max_tokens, ...body }: Record<string, unknown>): Record<string, unknown> => ({
  ...body,
  max_completion_tokens: max_tokens,
});
