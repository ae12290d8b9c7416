import { afterEach, describe, expect, it } from 'vitest';
import { type LocalServer, startLocalServer } from '../testing/local-server.ts';
import { executeTool, toolContext } from '../testing/tool-context.ts';
import { hasMutation } from './has-mutation.ts';

let server: LocalServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const answering = async (
  body: string,
  status = 200,
  type = 'application/graphql-response+json',
): Promise<LocalServer> => {
  server = await startLocalServer(() => ({ status, headers: { 'content-type': type }, body }));
  return server;
};

const ask = ({ origin }: LocalServer, input: Record<string, unknown>, settings: Record<string, unknown> = {}) =>
  executeTool(
    'graphql',
    { input, settings: { url: `${origin}/graphql`, ...settings } },
    toolContext({ credentials: { shop: () => ({ Authorization: 'Bearer shop' }) } }),
  );

describe('GraphQL', () => {
  it('sends query, variables and operation, and gives the data', async () => {
    const endpoint = await answering('{"data":{"item":{"name":"Tea"}}}');
    const query = 'query Item($id: ID!) { item(id: $id) { name } }';
    const input = { query, variables: { id: '7' }, operationName: 'Item' };
    expect(await ask(endpoint, input, { credential: 'shop' })).toEqual({ item: { name: 'Tea' } });
    expect(endpoint.received).toMatchObject([
      {
        method: 'POST',
        url: '/graphql',
        headers: { authorization: 'Bearer shop', 'content-type': 'application/json' },
      },
    ]);
    expect(JSON.parse(endpoint.received[0]?.body ?? '')).toEqual(input);
  });

  it('gives null where the data are null', async () => {
    expect(await ask(await answering('{"data":null}'), { query: '{ a }' })).toBeNull();
  });

  it.each([200, 400])('fails with the messages of the server (%d)', async (status) => {
    const body = JSON.stringify({
      data: { a: 1 },
      errors: [{ message: 'No such item', path: ['item', 0, 'name'] }, { message: 'Broken' }],
    });
    await expect(ask(await answering(body, status), { query: '{ a }' })).rejects.toMatchObject({
      data: {
        code: 'tool_failed',
        message: 'The GraphQL server refused the query: item.0.name: No such item; Broken',
      },
    });
  });

  it.each([
    ['<html>', 200, 'text/html'],
    ['{}', 200, 'application/json'],
    ['{"message":"Unauthorized"}', 401, 'application/json'],
  ])('is told apart from other answers: %s', async (body, status, type) => {
    await expect(ask(await answering(body, status, type), { query: '{ a }' })).rejects.toMatchObject({
      data: {
        code: 'http_failed',
        message: `The endpoint answered ${status} with something else than a GraphQL answer.`,
      },
    });
  });

  it('sends mutations where they are allowed', async () => {
    const endpoint = await answering('{"data":{"ok":true}}');
    const query = 'mutation { buy }';
    await expect(ask(endpoint, { query })).rejects.toMatchObject({
      data: { code: 'tool_failed', message: expect.stringMatching(/^query: /) },
    });
    expect(endpoint.received).toEqual([]);
    expect(await ask(endpoint, { query }, { allowMutations: true })).toEqual({ ok: true });
  });
});

describe('hasMutation', () => {
  it.each([
    ['{ a }', false],
    ['query { mutation }', false],
    ['query mutation { a }', false],
    ['query Q($x: I = {a: 1}, $y: [ID!]) @live(if: true) { a(x: $x) { b } }', false],
    ['query { a(text: "} mutation { b") }', false],
    ['query { a(text: """ } "quoted" mutation { b """) }', false],
    ['query { a } # mutation { b }', false],
    ['fragment F on T { a } query { ...F }', false],
    ['mutation { b }', true],
    ['  mutation M($a: A) { b(a: $a) }', true],
    ['query A { a } mutation B { b }', true],
    ['fragment F on T { a } mutation { ...F }', true],
    ['# query\nmutation { b }', true],
    ['subscription { a }', true],
    ['{ a } mutation { b }', true],
    ['query { a(x: ")") } mutation { b }', true],
  ])('%s: %s', (document, expected) => expect(hasMutation(document)).toBe(expected));
});
