export const PROVIDERS = ['anthropic', 'openai', 'google', 'openai_compatible'] as const;
export type ProviderName = (typeof PROVIDERS)[number];

/** Names of companies and protocols, the same in every language. */
export const PROVIDER_NAMES: Record<ProviderName, string> = {
  anthropic: 'Anthropic',
  openai: 'OpenAI',
  google: 'Google',
  openai_compatible: 'OpenAI-compatible',
};
