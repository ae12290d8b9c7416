import { createAnthropic } from '@ai-sdk/anthropic';
import { createGoogleGenerativeAI } from '@ai-sdk/google';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import type { LanguageModel } from 'ai';
import { ExecutionError } from '../engine/execution-errors.ts';
import { PROVIDERS, type ProviderId } from './catalog.ts';

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

/** OpenAI models are called through the Responses API, every other `openai_compatible` server through Chat Completions. */
export const createModel = ({ provider, apiKey, baseUrl, fetch }: ProviderConnection, model: string): LanguageModel => {
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
        throw new ExecutionError({
          code: 'model_unavailable',
          message: 'The OpenAI-compatible endpoint has no address.',
          hint: 'Add its base URL to the provider key in the settings.',
        });
      }
      const settings = {
        name: 'openai_compatible',
        baseURL,
        fetch,
        includeUsage: true,
        supportsStructuredOutputs: true,
      };
      return createOpenAICompatible({ ...settings, ...(apiKey ? { apiKey } : {}) })(model);
    }
  }
};
