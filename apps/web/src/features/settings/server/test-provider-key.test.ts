import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parsePrivateHost } from '@agentweaver/core/egress/egress-policy';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGuardedFetch } from '../../../server/guarded-fetch.ts';
import { testProviderKey } from './test-provider-key.ts';

let seen: IncomingHttpHeaders = {};
const server = createServer((request, response) => {
  seen = request.headers;
  if (request.url === '/v1/models' && request.headers.authorization === 'Bearer right') {
    response.setHeader('Content-Type', 'application/json');
    return response.end(JSON.stringify({ object: 'list', data: [{ id: 'small' }, { id: 'large' }] }));
  }
  if (request.url === '/page/models') return response.end('<html>');
  response.statusCode = request.url === '/v1/models' ? 401 : 404;
  return response.end();
});
let origin = '';

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

const test = (apiKey: string, path = '/v1/', opened = [new URL(origin).host]) =>
  testProviderKey(
    { provider: 'openai_compatible', apiKey, baseUrl: `${origin}${path}` },
    createGuardedFetch(opened.map(parsePrivateHost)),
  );

describe('testing a provider key', () => {
  it('takes a key that lists models, and keeps the list', async () => {
    expect(await test('right')).toEqual({ error: null, models: ['small', 'large'] });
  });

  it('sends no header for an endpoint without a key', async () => {
    await test('');
    expect(seen.authorization).toBeUndefined();
  });

  it('says why a key does not work', async () => {
    expect((await test('wrong')).error).toContain('refuses the key');
    expect((await test('right', '/elsewhere')).error).toContain('base URL');
    expect((await test('right', '/page')).error).toContain('OpenAI form');
  });

  it('refuses a private address that the operator has not opened', async () => {
    await expect(test('right', '/v1', [])).rejects.toMatchObject({
      code: 'bad_request',
      problems: [{ field: 'baseUrl' }],
    });
  });
});
