import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGuardedFetch, isOpened, isPublicAddress } from './guarded-fetch.ts';

const server = createServer((request, response) => {
  if (request.url === '/redirect') response.writeHead(302, { Location: '/' });
  response.end('reached');
});
let port = 0;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => server.close());

describe('guarded fetch', () => {
  it.each([
    '127.0.0.1',
    '10.1.2.3',
    '169.254.169.254',
    '100.64.0.1',
    '::1',
    '::ffff:127.0.0.1',
    'fe80::1',
    'fd00::1',
    '0.0.0.0',
    '224.0.0.1',
    'nonsense',
  ])('takes %s for not public', (address) => expect(isPublicAddress(address)).toBe(false));

  it.each(['1.1.1.1', '172.32.0.1', '2606:4700:4700::1111'])('takes %s for public', (address) =>
    expect(isPublicAddress(address)).toBe(true),
  );

  it.each(['127.0.0.1', 'localhost', '2130706433', '0x7f.1', '[::1]'])(
    'refuses http://%s, by literal and by name',
    async (host) => {
      await expect(createGuardedFetch([])(`http://${host}:${port}/`)).rejects.toMatchObject({ code: 'bad_request' });
    },
  );

  it('reaches a private host that the operator opened, on its port alone', async () => {
    const guarded = createGuardedFetch([`127.0.0.1:${port}`]);
    expect(await (await guarded(`http://127.0.0.1:${port}/`)).text()).toBe('reached');
    expect(isOpened(new URL('http://127.0.0.1:1/'), [`127.0.0.1:${port}`])).toBe(false);
  });

  it('follows no redirect', async () => {
    await expect(createGuardedFetch([`127.0.0.1:${port}`])(`http://127.0.0.1:${port}/redirect`)).rejects.toThrow();
  });
});
