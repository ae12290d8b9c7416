import { describe, expect, test } from 'vitest';
import { parseConnectionUrl } from './connection-url.ts';
import { isCredentialHost } from './credential.ts';
import { createMask, MASK } from './mask-secrets.ts';

describe('hosts of a credential', () => {
  test.each(['api.example.com', '*.example.com', 'intranet', '10.0.0.5', '::1', 'fd00::5', 'xn--bcher-kva.example'])(
    '%s is one',
    (host) => expect(isCredentialHost(host)).toBe(true),
  );
  test.each(['', '*', '*.com', 'https://x.com', 'x.com/', 'x.com:80', 'a..b', '-a.com', 'a b', 'x.*.com'])(
    '"%s" is none',
    (host) => expect(isCredentialHost(host)).toBe(false),
  );
});

describe('connection URLs', () => {
  test('are read with their defaults and escapes', () => {
    expect(parseConnectionUrl('postgresql://me:p%40ss@db.example.com/shop')).toEqual({
      engine: 'postgres',
      host: 'db.example.com',
      port: 5432,
      database: 'shop',
      user: 'me',
      password: 'p@ss',
    });
    expect(parseConnectionUrl(' mysql://me@[::1]:3307/shop ')).toMatchObject({
      engine: 'mysql',
      host: '::1',
      port: 3307,
      password: '',
    });
  });

  test.each([
    'https://me@db/shop',
    'postgres://db/shop',
    'postgres://me@db',
    'postgres://me@db/a/b',
    'postgres://me@%2Fvar%2Frun/shop',
    'postgres://me@db/shop?host=/tmp',
    'postgres://me@db/shop?sslrootcert=/etc/passwd',
    'sqlite:///etc/passwd',
    'nonsense',
  ])('%s is refused', (url) => expect(parseConnectionUrl(url)).toBeUndefined());
});

describe('the mask', () => {
  const secret = 'tok"en/with+odd=chars';
  const mask = createMask([secret, undefined, 'abc']);

  test.each([
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret),
    Buffer.from(secret).toString('base64'),
    Buffer.from(secret).toString('base64url'),
    new URLSearchParams({ q: secret }).toString(),
  ])('finds it written as %s', (written) => {
    const masked = mask.text(`before ${written} after`);
    expect(masked).toContain(MASK);
    expect(masked).not.toContain('odd');
    expect(masked.startsWith('before ') && masked.endsWith(' after')).toBe(true);
  });

  test('goes through JSON and bytes', () => {
    expect(mask.json({ a: [secret, 1, null], [secret]: true })).toEqual({ a: [MASK, 1, null], [MASK]: true });
    const bytes = mask.bytes(Buffer.concat([Buffer.from([0, 255]), Buffer.from(secret), Buffer.from([1])]));
    expect(bytes.includes(secret)).toBe(false);
    expect([bytes[0], bytes[1], bytes.at(-1)]).toEqual([0, 255, 1]);
  });

  test('hides the longest first, and leaves very short ones alone', () => {
    expect(createMask(['token', 'token-and-more']).text('token-and-more token')).toBe(`${MASK} ${MASK}`);
    expect(mask.text('abc abcd')).toBe('abc abcd');
  });
});
