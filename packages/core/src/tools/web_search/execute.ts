import { sendHttp } from '../send-http.ts';
import { orAbsent } from '../setting-fields.ts';
import type { ExecuteTool } from '../tool.ts';
import { toolFailed } from '../tool-error.ts';
import type { WebSearchInput, WebSearchSettings } from './definition.ts';
import { SEARCH_PROVIDERS } from './providers.ts';

export const executeWebSearch: ExecuteTool<WebSearchInput, WebSearchSettings> = async ({ query }, context) => {
  const { settings } = context;
  const provider = SEARCH_PROVIDERS[settings.provider];
  const answer = await sendHttp(
    {
      ...provider.request(query, settings),
      timeoutMs: settings.timeoutMs,
      credential: orAbsent(settings.credential),
      failOnErrorStatus: true,
    },
    context,
  );
  const results = provider.read(answer.body);
  if (!results) {
    throw toolFailed({
      message: `${provider.title} answered with something else than search results.`,
      hint:
        settings.provider === 'searxng'
          ? 'Check the address of the server, and that its settings allow the format json (search.formats).'
          : 'Check the credential; if it is right, try again later.',
    });
  }
  return { query, results: results.slice(0, settings.maxResults) };
};
