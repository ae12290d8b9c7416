import { z } from 'zod';
import { template } from '../../definition/fields.ts';
import { MAX_TOOL_TIMEOUT_MS } from '../../tools/setting-fields.ts';
import { checkWebSearch, webSearchFields, webSearchTool } from '../../tools/web_search/definition.ts';
import type { NodeDefinition } from '../node-type.ts';

const fields = z.strictObject({
  query: template({
    title: 'Query',
    description: 'What to search for, at most 400 characters.',
    multiline: false,
    placeholder: '{{ input.topic }}',
  }).min(1, 'say what to search for'),
  ...webSearchFields.shape,
});
export const webSearchConfig = fields.superRefine(checkWebSearch);
export type WebSearchConfig = z.output<typeof webSearchConfig>;

export const webSearchDefinition: NodeDefinition<typeof webSearchConfig> = {
  type: 'web_search',
  title: 'Web Search',
  summary: 'Searches the web and hands on title, address and snippet of each result.',
  aliases: ['search', 'google', 'brave', 'tavily', 'searxng', 'internet', 'find', 'research'],
  category: 'tools',
  icon: 'WorldSearch',
  config: webSearchConfig,
  defaults: {
    query: '{{ previous }}',
    ...webSearchTool.defaults,
    // The one that does not need a key, which nobody has given yet.
    provider: 'searxng',
    url: 'https://search.example.com',
  },
  inputs: [{ id: 'in', label: 'Input' }],
  outputs: () => [{ id: 'out', label: 'Results' }],
  defaultTimeoutMs: MAX_TOOL_TIMEOUT_MS + 10_000,
};
