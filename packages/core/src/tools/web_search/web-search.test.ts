import { afterEach, describe, expect, it } from 'vitest';
import { type LocalServer, startLocalServer } from '../testing/local-server.ts';
import { executeTool, toolContext } from '../testing/tool-context.ts';

let server: LocalServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const answering = async (body: unknown, status = 200, headers?: Record<string, string>): Promise<LocalServer> => {
  server = await startLocalServer(() => ({
    status,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...(headers ? { headers } : {}),
  }));
  return server;
};

const search = ({ fetch }: LocalServer, settings: Record<string, unknown>, query = 'green tea & health') =>
  executeTool(
    'web_search',
    { input: { query }, settings },
    toolContext({
      fetch,
      credentials: {
        brave: () => ({ 'X-Subscription-Token': 'brave-key' }),
        tavily: () => ({ Authorization: 'Bearer tvly-key' }),
      },
    }),
  );

// The shapes are those of the documentation pages named in providers.ts.
describe('Brave', () => {
  const answer = {
    type: 'search',
    query: { original: 'green tea & health', more_results_available: true },
    web: {
      type: 'search',
      results: [
        {
          title: 'Green <strong>tea</strong> &amp; you',
          url: 'https://example.com/tea',
          description: 'All about\n tea&#x27;s effects &lt;3 &unknown;',
          page_age: '2026-01-15T00:00:00',
          extra_snippets: ['More'],
        },
        { title: 'Two', url: 'https://example.com/two' },
        { title: 'Three', url: 'https://example.com/three', description: null },
      ],
    },
  };

  it('is asked with the key in a header, and its results are made plain', async () => {
    const brave = await answering(answer);
    expect(await search(brave, { provider: 'brave', credential: 'brave', maxResults: 2 })).toEqual({
      query: 'green tea & health',
      results: [
        { title: 'Green tea & you', url: 'https://example.com/tea', snippet: "All about tea's effects <3 &unknown;" },
        { title: 'Two', url: 'https://example.com/two', snippet: '' },
      ],
    });
    expect(brave.received).toMatchObject([
      {
        method: 'GET',
        url: '/res/v1/web/search?q=green+tea+%26+health&count=2&text_decorations=false',
        headers: { accept: 'application/json', 'x-subscription-token': 'brave-key' },
      },
    ]);
  });

  it('may find nothing', async () => {
    const brave = await answering({ type: 'search', query: { original: 'x' } });
    expect(await search(brave, { credential: 'brave' })).toMatchObject({ results: [] });
  });

  it('needs a credential that there is', async () => {
    const brave = await answering(answer);
    await expect(search(brave, { provider: 'brave', credential: 'other' })).rejects.toMatchObject({
      data: { code: 'credential_failed', message: 'There is no credential named “other”.' },
    });
    expect(brave.received).toEqual([]);
  });

  it('that refuses the key, or is asked too often, says so', async () => {
    const error = { type: 'ErrorResponse', error: { status: 422, code: 'SUBSCRIPTION_TOKEN_INVALID' } };
    const settings = { credential: 'brave' };
    const invalid = search(await answering(error, 401), settings);
    await expect(invalid).rejects.toMatchObject({
      data: { code: 'http_failed', hint: expect.stringContaining('credential') },
    });
    await expect(invalid).rejects.not.toThrow(/brave-key|green/);
    await server?.close();
    const limited = await answering(error, 429, { 'content-type': 'application/json', 'retry-after': '3' });
    await expect(search(limited, settings)).rejects.toMatchObject({
      data: { hint: expect.stringContaining('longer wait') },
      retryAfterMs: 3_000,
    });
  });

  it.each(['<html>', '{"web":{"results":"none"}}'])('that answers with something else is told: %s', async (body) => {
    await expect(search(await answering(body), { credential: 'brave' })).rejects.toMatchObject({
      data: { code: 'tool_failed', message: 'Brave answered with something else than search results.' },
    });
  });
});

describe('Tavily', () => {
  it('is asked with JSON and a bearer token', async () => {
    const tavily = await answering({
      query: 'green tea & health',
      answer: null,
      images: [],
      results: [{ title: 'Tea', url: 'https://example.com/tea', content: 'Good.', score: 0.98, raw_content: null }],
      response_time: 1.2,
      request_id: 'r1',
    });
    expect(await search(tavily, { provider: 'tavily', credential: 'tavily', maxResults: 3 })).toEqual({
      query: 'green tea & health',
      results: [{ title: 'Tea', url: 'https://example.com/tea', snippet: 'Good.' }],
    });
    expect(tavily.received).toMatchObject([
      {
        method: 'POST',
        url: '/search',
        headers: { authorization: 'Bearer tvly-key', 'content-type': 'application/json' },
        body: '{"query":"green tea & health","max_results":3}',
      },
    ]);
  });

  it('that answers with something else is told', async () => {
    await expect(
      search(await answering({ detail: 'x' }), { provider: 'tavily', credential: 'tavily' }),
    ).rejects.toMatchObject({ data: { message: expect.stringContaining('Tavily answered with something else') } });
  });
});

describe('SearXNG', () => {
  const results = [1, 2, 3].map((number) => ({
    url: `https://example.com/${number}`,
    title: `Result ${number}`,
    content: `Text ${number}`,
    engine: 'duckduckgo',
    score: 1,
    category: 'general',
  }));

  it.each(['', '/', '/search', '/search/'])('is asked at its own address, written as “%s”', async (path) => {
    const searxng = await answering({ query: 'x', number_of_results: 3, results, answers: [], infoboxes: [] });
    const url = `${searxng.origin}/searx${path}`;
    expect(await search(searxng, { provider: 'searxng', url, maxResults: 2 }, 'x')).toMatchObject({
      results: [{ title: 'Result 1', snippet: 'Text 1' }, { title: 'Result 2' }],
    });
    expect(searxng.received[0]?.url).toBe('/searx/search?q=x&format=json');
  });

  it('must allow JSON', async () => {
    const searxng = await answering('<html>', 200, { 'content-type': 'text/html' });
    await expect(search(searxng, { provider: 'searxng', url: searxng.origin })).rejects.toMatchObject({
      data: { code: 'tool_failed', hint: expect.stringContaining('search.formats') },
    });
  });
});
