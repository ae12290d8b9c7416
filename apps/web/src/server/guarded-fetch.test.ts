import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGuardedFetch } from './guarded-fetch.ts';

const server = createServer((request, response) => {
  if (request.url === '/redirect') response.writeHead(302, { Location: '/' });
  response.end('reached');
});
let port = 0;
const opened = () => ({ host: '127.0.0.1', port });

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => server.close());

describe('guarded fetch', () => {
  it.each(['127.0.0.1', 'localhost', '2130706433', '0x7f.1', '[::1]'])(
    'refuses http://%s, by literal and by name',
    async (host) => {
      await expect(createGuardedFetch([])(`http://${host}:${port}/`)).rejects.toMatchObject({ code: 'bad_request' });
    },
  );

  it('reaches a private host that the operator opened, on its port alone', async () => {
    expect(await (await createGuardedFetch([opened()])(`http://127.0.0.1:${port}/`)).text()).toBe('reached');
    await expect(
      createGuardedFetch([{ host: '127.0.0.1', port: port + 1 }])(`http://127.0.0.1:${port}/`),
    ).rejects.toMatchObject({ code: 'bad_request', problems: [{ field: 'baseUrl', message: 'private_address' }] });
  });

  it('follows no redirect', async () => {
    await expect(createGuardedFetch([opened()])(`http://127.0.0.1:${port}/redirect`)).rejects.toThrow();
  });
});
