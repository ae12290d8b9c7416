import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LocalServer, startLocalServer } from '../../tools/testing/local-server.ts';
import { runNode } from '../testing/run-node.ts';

let server: LocalServer;
beforeEach(async () => {
  server = await startLocalServer(() => ({ body: '{"data":{"item":{"name":"Tea"}}}' }));
});
afterEach(() => server.close());

describe('a GraphQL node', () => {
  it('sends its query with variables, headers and a credential, and hands on the data', async () => {
    const { output } = await runNode('graphql', {
      config: {
        url: `${server.origin}/{{ input.kind }}`,
        query: 'query ($id: ID!) { item(id: $id) { name } }',
        variables: '{{ { "id": input.id } }}',
        headers: [{ name: 'X-Lang', value: 'en\nX-Evil: 1' }],
        credential: 'shop',
      },
      input: { id: '7', kind: 'graphql' },
      host: { credentials: { shop: () => ({ Authorization: 'Bearer shop' }) } },
    });
    expect(output).toEqual({ item: { name: 'Tea' } });
    expect(server.received).toMatchObject([
      { url: '/graphql', headers: { authorization: 'Bearer shop', 'x-lang': 'en X-Evil: 1' } },
    ]);
    expect(JSON.parse(server.received[0]?.body ?? '')).toEqual({
      query: 'query ($id: ID!) { item(id: $id) { name } }',
      variables: { id: '7' },
    });
  });

  it.each([
    ['', {}],
    ['{ "a": {{ input.n }} }', { a: 2 }],
    ['{{ input.nothing }}', {}],
  ])('takes variables as JSON with expressions in it, too: %s', async (variables, expected) => {
    const config = { url: server.origin, query: '{ item { name } }', variables, operationName: 'Item' };
    await runNode('graphql', { config, input: { n: 2 } });
    expect(JSON.parse(server.received[0]?.body ?? '')).toMatchObject({ variables: expected, operationName: 'Item' });
  });

  it.each([
    ['{{ [1] }}', 'a list'],
    ['{{ 1 }}', 'a number'],
    ['id: 7', 'the text “id: 7”'],
  ])('says that variables are no object: %s', async (variables, what) => {
    const config = { url: server.origin, query: '{ a }', variables };
    await expect(runNode('graphql', { config })).rejects.toMatchObject({
      data: { code: 'node_failed', message: `variables must be an object, and is ${what}.` },
    });
  });

  it('names the field that an expression left empty', async () => {
    const config = { url: server.origin, query: '{{ "" }}', variables: '' };
    await expect(runNode('graphql', { config })).rejects.toThrow('query must not be empty');
  });
});
