import { PROVIDERS as CATALOG, type ProviderId } from '@agentweaver/core/models/catalog';

/** Those that take a key or an address; the demo model takes neither. */
export const PROVIDERS = ['anthropic', 'openai', 'google', 'openai_compatible'] as const satisfies ProviderId[];
export type ProviderName = (typeof PROVIDERS)[number];

export const providerTitle = (provider: ProviderName): string => CATALOG[provider].name;

/** Where people make a key. */
export const providerKeysUrl = (provider: ProviderName): string | undefined => CATALOG[provider].keysUrl;
