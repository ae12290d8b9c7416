/**
 * The providers and models that the product offers by name. Any other model of a provider works when it is typed; what a
 * model takes is told by its name in `capabilities.ts`.
 */
export const PROVIDER_IDS = ['anthropic', 'openai', 'google', 'openai_compatible', 'demo'] as const;
export type ProviderId = (typeof PROVIDER_IDS)[number];

export type ModelInfo = {
  /** `provider/model`. */
  id: string;
  name: string;
  /** Input and output together, in tokens. */
  contextTokens: number;
};

export type ProviderInfo = {
  id: ProviderId;
  name: string;
  needsKey: boolean;
  /** Where people make a key. */
  keysUrl?: string;
  /** For `openai_compatible` the workspace gives its own. */
  baseUrl?: string;
  /** What `auto` takes; absent when only the endpoint knows its models. */
  defaultModel?: string;
  models: ModelInfo[];
};

const model = (id: string, name: string, contextTokens: number): ModelInfo => ({ id, name, contextTokens });

export const PROVIDERS: Record<ProviderId, ProviderInfo> = {
  anthropic: {
    id: 'anthropic',
    name: 'Anthropic',
    needsKey: true,
    keysUrl: 'https://platform.claude.com/settings/keys',
    baseUrl: 'https://api.anthropic.com/v1',
    defaultModel: 'anthropic/claude-sonnet-5-5',
    models: [
      model('anthropic/claude-sonnet-5-5', 'Claude Sonnet 5.5', 1_000_000),
      model('anthropic/claude-opus-5-5', 'Claude Opus 5.5', 1_000_000),
      model('anthropic/claude-fable-5-1', 'Claude Fable 5.1', 1_000_000),
      model('anthropic/claude-haiku-5-5', 'Claude Haiku 5.5', 1_000_000),
      model('anthropic/claude-sonnet-4-6', 'Claude Sonnet 4.6', 1_000_000),
      model('anthropic/claude-haiku-4-5', 'Claude Haiku 4.5', 200_000),
    ],
  },
  openai: {
    id: 'openai',
    name: 'OpenAI',
    needsKey: true,
    keysUrl: 'https://platform.openai.com/api-keys',
    baseUrl: 'https://api.openai.com/v1',
    defaultModel: 'openai/gpt-6-sol',
    models: [
      model('openai/gpt-6-sol', 'GPT-6 Sol', 1_050_000),
      model('openai/gpt-6-luna', 'GPT-6 Luna', 1_050_000),
      model('openai/gpt-6-astra', 'GPT-6 Astra', 1_050_000),
      model('openai/gpt-5.4-mini', 'GPT-5.4 mini', 400_000),
      model('openai/gpt-4.1', 'GPT-4.1', 1_047_576),
      model('openai/gpt-4.1-mini', 'GPT-4.1 mini', 1_047_576),
    ],
  },
  google: {
    id: 'google',
    name: 'Google Gemini',
    needsKey: true,
    keysUrl: 'https://aistudio.google.com/apikey',
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta',
    defaultModel: 'google/gemini-3.8-flash',
    models: [
      model('google/gemini-3.8-flash', 'Gemini 3.8 Flash', 1_048_576),
      model('google/gemini-3.1-pro-preview', 'Gemini 3.1 Pro', 1_048_576),
      model('google/gemini-3.5-flash-lite', 'Gemini 3.5 Flash-Lite', 1_048_576),
      model('google/gemini-2.5-flash', 'Gemini 2.5 Flash', 1_048_576),
    ],
  },
  openai_compatible: { id: 'openai_compatible', name: 'OpenAI-compatible', needsKey: false, models: [] },
  demo: {
    id: 'demo',
    name: 'Demo',
    needsKey: false,
    defaultModel: 'demo/demo-model',
    models: [model('demo/demo-model', 'Demo model (offline, not an AI)', 1_000_000)],
  },
};

const isProviderId = (text: string): text is ProviderId => (PROVIDER_IDS as readonly string[]).includes(text);

/** `provider/model` taken apart; the model's own name may hold slashes. `undefined` for `auto` and unknown providers. */
export const parseModelId = (modelId: string): { provider: ProviderId; model: string } | undefined => {
  const slash = modelId.indexOf('/');
  const provider = modelId.slice(0, Math.max(0, slash));
  const name = modelId.slice(slash + 1);
  return isProviderId(provider) && name !== '' ? { provider, model: name } : undefined;
};
