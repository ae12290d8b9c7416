import { z } from 'zod';
import { credentialField, isWebAddress, timeoutField } from '../setting-fields.ts';
import type { ToolDefinition } from '../tool.ts';

export const MAX_SEARCH_RESULTS = 20;
/** What Brave takes; the others take more. */
export const MAX_QUERY_LENGTH = 400;

export const webSearchFields = z.strictObject({
  provider: z.enum(['brave', 'tavily', 'searxng']).default('brave').meta({
    title: 'Provider',
    description: 'Brave and Tavily need a key; SearXNG is a server of your own.',
  }),
  credential: credentialField(
    'Holds the key: header X-Subscription-Token for Brave, bearer token for Tavily. SearXNG: if your server asks for one.',
  ),
  url: z
    .string()
    .max(2_000)
    .default('')
    .meta({
      title: 'Server',
      description: 'The address of the SearXNG server. Its settings must allow the format json.',
      placeholder: 'https://search.example.com',
      visibleWhen: { field: 'provider', equals: 'searxng' },
    }),
  maxResults: z.int().min(1).max(MAX_SEARCH_RESULTS).default(5).meta({
    title: 'Results',
    description: 'How many results to give at most.',
  }),
  timeoutMs: timeoutField(),
});
export type WebSearchSettings = z.output<typeof webSearchFields>;

/** What a provider cannot do without. */
export const checkWebSearch = (
  { provider, credential, url }: WebSearchSettings,
  check: { addIssue: (issue: { code: 'custom'; path: string[]; message: string }) => void },
): void => {
  if (provider === 'searxng') {
    if (isWebAddress(url)) return;
    check.addIssue({ code: 'custom', path: ['url'], message: 'must be a whole address, beginning with http or https' });
  } else if (credential.trim() === '') {
    check.addIssue({ code: 'custom', path: ['credential'], message: 'is missing: Brave and Tavily need a key' });
  }
};

export const webSearchSettings = webSearchFields.superRefine(checkWebSearch);

export const webSearchInput = z.strictObject({
  query: z.string().trim().min(1).max(MAX_QUERY_LENGTH).meta({ description: 'What to search for, in a few words.' }),
});
export type WebSearchInput = z.output<typeof webSearchInput>;

export const webSearchTool: ToolDefinition<typeof webSearchInput, typeof webSearchSettings> = {
  name: 'web_search',
  title: 'Web Search',
  description:
    'Searches the web. Gives a list of results with title, url and snippet. Use it for facts that may have changed or that you are not sure of.',
  icon: 'Search',
  input: webSearchInput,
  settings: webSearchSettings,
  defaults: { provider: 'brave', credential: '', url: '', maxResults: 5, timeoutMs: 30_000 },
  touches: ['network'],
  isRepeatable: () => true,
};
