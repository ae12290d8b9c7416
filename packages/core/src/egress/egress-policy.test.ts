import { describe, expect, test } from 'vitest';
import { checkUrl, EgressDenied, type EgressRules, parsePrivateHost } from './egress-policy.ts';

const denial = (address: string, rules: Partial<EgressRules> = {}): string | undefined => {
  try {
    checkUrl(new URL(address), { privateHosts: [], allowedHosts: [], ...rules });
    return undefined;
  } catch (error) {
    if (error instanceof EgressDenied) return error.reason;
    throw error;
  }
};

describe('without rules', () => {
  test.each([
    'http://example.com',
    'https://example.com:8443/a?b=c',
    'http://93.184.216.34/',
    'https://[2606:4700:4700::1111]/',
  ])('%s may be reached', (address) => expect(denial(address)).toBeUndefined());

  test.each([
    ['ftp://example.com/file', 'scheme'],
    ['file:///etc/passwd', 'scheme'],
    ['data:text/plain,hi', 'scheme'],
    ['ws://example.com', 'scheme'],
    ['http://user:pass@example.com', 'credentials'],
    ['http://user@example.com', 'credentials'],
    ['http://localhost:3000', 'private_address'],
    ['http://LOCALHOST.', 'private_address'],
    ['http://app.localhost', 'private_address'],
    ['http://127.0.0.1', 'private_address'],
    ['http://127.1', 'private_address'],
    ['http://2130706433', 'private_address'],
    ['http://0x7f000001', 'private_address'],
    ['http://0x7f.1', 'private_address'],
    ['http://0177.0.0.1', 'private_address'],
    ['http://127.0.0.1.', 'private_address'],
    ['http://0', 'private_address'],
    ['http://169.254.169.254/latest/meta-data', 'private_address'],
    ['http://[::1]', 'private_address'],
    ['http://[::ffff:127.0.0.1]', 'private_address'],
    ['http://[::ffff:7f00:1]', 'private_address'],
    ['http://[64:ff9b::a9fe:a9fe]', 'private_address'],
    ['http://[2002:7f00:1::]', 'private_address'],
    ['http://①②⑦.0.0.1', 'private_address'],
  ])('%s is refused: %s', (address, reason) => expect(denial(address)).toBe(reason));
});

describe('allowed hosts of a workspace', () => {
  const rules = { allowedHosts: ['api.example.com', '*.trusted.io', ' Mixed.Case.org '] };

  test.each([
    'https://api.example.com',
    'https://API.example.com./x',
    'https://a.trusted.io',
    'https://a.b.trusted.io',
    'https://mixed.case.org',
  ])('%s is on the list', (address) => expect(denial(address, rules)).toBeUndefined());

  test.each([
    'https://example.com',
    'https://evil-api.example.com',
    'https://api.example.com.evil.net',
    'https://trusted.io',
    'https://eviltrusted.io',
    'http://93.184.216.34',
  ])('%s is not', (address) => expect(denial(address, rules)).toBe('not_in_allow_list'));

  test('do not open a private address', () => {
    expect(denial('http://10.0.0.5', { allowedHosts: ['10.0.0.5'] })).toBe('private_address');
    expect(denial('http://localhost', { allowedHosts: ['localhost'] })).toBe('private_address');
  });
});

describe('private hosts of the operator', () => {
  const privateHosts = ['127.0.0.1:11434', 'intranet.corp', '[::1]:8080', 'fd00::5'].map(parsePrivateHost);

  test.each([
    'http://127.0.0.1:11434/v1',
    'http://127.1:11434',
    'https://intranet.corp',
    'http://intranet.corp:81',
    'http://[::1]:8080',
    'http://[fd00::5]:9',
  ])('%s is open', (address) => expect(denial(address, { privateHosts })).toBeUndefined());

  test.each([
    'http://127.0.0.1',
    'http://127.0.0.1:11435',
    'http://127.0.0.2:11434',
    'http://[::1]:8081',
    'http://localhost:11434',
  ])('%s stays closed', (address) => expect(denial(address, { privateHosts })).toBe('private_address'));

  test('still need to be on the list of a workspace that has one', () => {
    expect(denial('http://intranet.corp', { privateHosts, allowedHosts: ['example.com'] })).toBe('not_in_allow_list');
  });

  test.each(['', 'a b', 'http://x', 'host:port', 'host/path', 'host/', 'u@host', 'host:99999'])(
    '"%s" is not an entry',
    (entry) => {
      expect(() => parsePrivateHost(entry)).toThrow();
    },
  );

  test('keep a default port apart from no port', () => {
    expect(parsePrivateHost('host:80')).toEqual({ host: 'host', port: 80 });
    expect(parsePrivateHost('Host')).toEqual({ host: 'host' });
  });
});
