import { z } from 'zod';
import type { OutgoingRequest } from '../send-http.ts';
import type { WebSearchSettings } from './definition.ts';

export type SearchResult = { title: string; url: string; snippet: string };

export type SearchProvider = {
  title: string;
  request: (query: string, settings: WebSearchSettings) => Pick<OutgoingRequest, 'method' | 'url' | 'headers' | 'body'>;
  /** Parses what came back; `undefined` when it is something else. */
  read: (body: unknown) => SearchResult[] | undefined;
};

const text = z.string().nullish();

/** https://api-dashboard.search.brave.com/api-reference/web/search/get */
const braveAnswer = z.object({
  web: z.object({ results: z.array(z.object({ title: z.string(), url: z.string(), description: text })) }).nullish(),
});
const brave: SearchProvider = {
  title: 'Brave',
  request: (query, { maxResults }) => {
    const url = new URL('https://api.search.brave.com/res/v1/web/search');
    url.search = new URLSearchParams({ q: query, count: String(maxResults), text_decorations: 'false' }).toString();
    return { method: 'GET', url, headers: { accept: 'application/json' } };
  },
  read: (body) => {
    const answer = braveAnswer.safeParse(body);
    // Nothing found: the answer has no part “web”.
    return answer.data && (answer.data.web?.results ?? []).map((result) => toResult(result, result.description));
  },
};

/** https://docs.tavily.com/documentation/api-reference/endpoint/search */
const tavilyAnswer = z.object({
  results: z.array(z.object({ title: z.string(), url: z.string(), content: text })),
});
const tavily: SearchProvider = {
  title: 'Tavily',
  request: (query, { maxResults }) => ({
    method: 'POST',
    url: new URL('https://api.tavily.com/search'),
    headers: { accept: 'application/json', 'content-type': 'application/json' },
    body: JSON.stringify({ query, max_results: maxResults }),
  }),
  read: (body) => tavilyAnswer.safeParse(body).data?.results.map((result) => toResult(result, result.content)),
};

/** https://docs.searxng.org/dev/search_api.html */
const searxngAnswer = z.object({
  results: z.array(z.object({ title: z.string(), url: z.string(), content: text })),
});
const searxng: SearchProvider = {
  title: 'SearXNG',
  request: (query, { url: server }) => {
    const url = new URL(server.trim());
    url.pathname = `${url.pathname.replace(/\/(?:search\/?)?$/, '')}/search`;
    url.search = new URLSearchParams({ q: query, format: 'json' }).toString();
    return { method: 'GET', url, headers: { accept: 'application/json' } };
  },
  read: (body) => searxngAnswer.safeParse(body).data?.results.map((result) => toResult(result, result.content)),
};

export const SEARCH_PROVIDERS: Record<WebSearchSettings['provider'], SearchProvider> = { brave, tavily, searxng };

const MAX_SNIPPET = 2_000;

const toResult = (
  { title, url }: { title: string; url: string },
  snippet: string | null | undefined,
): SearchResult => ({
  title: plain(title),
  url,
  snippet: plain(snippet ?? '').slice(0, MAX_SNIPPET),
});

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", '#x27': "'", nbsp: ' ' };

/** Titles and snippets are HTML here and there: marks around the words found, entities. */
const plain = (html: string): string =>
  html
    .replace(/<\/?[a-z][^>]*>/gi, '')
    .replace(/&(#?\w+);/g, (entity, name: string) => ENTITIES[name.toLowerCase()] ?? entity)
    .replace(/\s+/g, ' ')
    .trim();
