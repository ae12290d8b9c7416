import { isAppError } from '@agentweaver/core/errors/app-error';
import { z } from 'zod';
import type { ProviderName } from '../provider-names.ts';

export type ProviderCredentials = { provider: ProviderName; apiKey: string; baseUrl: string | null };

/** `error` is a sentence for people; `models` is what the endpoint offers, where it says. */
export type KeyTest = { error: null; models: string[] } | { error: string; models: [] };

const TIMEOUT_MS = 15_000;
const MAX_MODELS = 200;

/** An endpoint of one's own may want no key. */
const bearer = (apiKey: string): Record<string, string> => (apiKey ? { Authorization: `Bearer ${apiKey}` } : {});

/** Listing models costs nothing and wants the same key as a call. */
const REQUESTS: Record<
  ProviderName,
  (credentials: ProviderCredentials) => { url: string; headers: Record<string, string> }
> = {
  anthropic: ({ apiKey }) => ({
    url: 'https://api.anthropic.com/v1/models?limit=100',
    headers: { 'x-api-key': apiKey, 'anthropic-version': '2023-06-01' },
  }),
  openai: ({ apiKey }) => ({ url: 'https://api.openai.com/v1/models', headers: bearer(apiKey) }),
  google: ({ apiKey }) => ({
    url: 'https://generativelanguage.googleapis.com/v1beta/models',
    headers: { 'x-goog-api-key': apiKey },
  }),
  openai_compatible: ({ apiKey, baseUrl }) => ({
    url: `${(baseUrl ?? '').replace(/\/+$/, '')}/models`,
    headers: bearer(apiKey),
  }),
};

const modelListSchema = z.object({ data: z.array(z.object({ id: z.string().max(200) })) });

const failure = (error: string): KeyTest => ({ error, models: [] });

const explainStatus = (status: number): string => {
  if (status === 401 || status === 403 || status === 400) return `The provider refuses the key (${status}).`;
  if (status === 404) return 'There is no model list at this address (404). Check the base URL.';
  if (status === 429) return 'The provider says that the limit of this key is reached (429).';
  return `The provider answers ${status}. Try again later.`;
};

/** Asks the provider for its models with the key. Throws only `AppError`s: an address that is closed to us. */
export const testProviderKey = async (
  credentials: ProviderCredentials,
  fetch: typeof globalThis.fetch,
): Promise<KeyTest> => {
  const { url, headers } = REQUESTS[credentials.provider](credentials);
  let response: Response;
  try {
    response = await fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (error) {
    if (isAppError(error)) throw error;
    return failure('The provider cannot be reached. Check the address and the network of this installation.');
  }
  if (!response.ok) return failure(explainStatus(response.status));
  if (credentials.provider !== 'openai_compatible') return { error: null, models: [] };
  const parsed = modelListSchema.safeParse(await response.json().catch(() => undefined));
  if (!parsed.success) return failure('The address answers, but not with a list of models in the OpenAI form.');
  return { error: null, models: parsed.data.data.slice(0, MAX_MODELS).map(({ id }) => id) };
};
