import { afterEach, expect, it } from 'vitest';
import { type LocalServer, startLocalServer } from '../../tools/testing/local-server.ts';
import { runNode } from '../testing/run-node.ts';
import { webSearchConfig } from './definition.ts';

let server: LocalServer | undefined;
afterEach(() => server?.close());

it('searches for what its query says', async () => {
  server = await startLocalServer(() => ({
    body: JSON.stringify({ results: [{ title: 'Tea', url: 'https://example.com/', content: 'Good' }] }),
  }));
  const config = { query: '{{ input.topic }} today', provider: 'searxng', url: server.origin };
  expect((await runNode('web_search', { config, input: { topic: 'tea' } })).output).toEqual({
    query: 'tea today',
    results: [{ title: 'Tea', url: 'https://example.com/', snippet: 'Good' }],
  });
  expect(server.received[0]?.url).toBe('/search?q=tea+today&format=json');
});

it.each(['{{ input.none }}', 'x'.repeat(401)])('refuses a query that is empty or too long', async (query) => {
  const config = { query, provider: 'searxng', url: 'https://search.example.com' };
  await expect(runNode('web_search', { config })).rejects.toMatchObject({
    data: { code: 'tool_failed', message: expect.stringMatching(/query must/) },
  });
});

it.each([
  [{ provider: 'brave' }, 'credential'],
  [{ provider: 'searxng', url: '' }, 'url'],
])('says before it runs what %o lacks', (config, field) => {
  const parsed = webSearchConfig.safeParse({ query: 'tea', ...config });
  expect(parsed.error?.issues.map(({ path }) => path.join('.'))).toEqual([field]);
});
