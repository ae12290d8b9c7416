import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { whyNotPublic } from './ip-address.ts';

describe('addresses that are not public', () => {
  test.each([
    ['127.0.0.1', /this machine/],
    ['127.255.255.254', /this machine/],
    ['0.0.0.0', /unspecified/],
    ['0.1.2.3', /unspecified|reserved/],
    ['10.0.0.1', /private/],
    ['172.16.0.1', /private/],
    ['172.31.255.255', /private/],
    ['192.168.1.1', /private/],
    ['169.254.169.254', /link-local/],
    ['100.64.0.1', /provider network/],
    ['100.100.100.200', /provider network/],
    ['192.0.0.192', /reserved/],
    ['192.0.2.1', /reserved/],
    ['198.18.0.1', /reserved/],
    ['198.51.100.1', /reserved/],
    ['203.0.113.1', /reserved/],
    ['224.0.0.1', /multicast/],
    ['239.255.255.255', /multicast/],
    ['240.0.0.1', /reserved/],
    ['255.255.255.255', /broadcast/],
    ['::', /unspecified/],
    ['::1', /this machine/],
    ['fe80::1', /link-local/],
    ['fe80::1%eth0', /link-local/],
    ['fc00::1', /private/],
    ['fd00:ec2::254', /private/],
    ['fec0::1', /reserved/],
    ['ff02::1', /multicast/],
    ['2001:db8::1', /reserved/],
    ['3fff::1', /reserved/],
    ['100::1', /reserved/],
    ['64:ff9b:1::1', /reserved/],
    ['2001::1', /reserved/],
    ['4000::1', /reserved/],
    ['::ffff:0:127.0.0.1', /reserved/],
    ['not an address', /not an IP/],
    ['', /not an IP/],
  ])('%s', (address, reason) => {
    expect(whyNotPublic(address)).toMatch(reason);
  });
});

test.each([
  '8.8.8.8',
  '1.1.1.1',
  '93.184.216.34',
  '172.32.0.1',
  '100.128.0.1',
  '2606:4700:4700::1111',
  '2a00:1450:4001:80e::200e',
])('%s is public', (address) => {
  expect(whyNotPublic(address)).toBeUndefined();
});

describe('IPv4 inside IPv6 is judged by the IPv4 address', () => {
  const hex = (address: string) => {
    const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
    return [(a << 8) | b, (c << 8) | d].map((group) => group.toString(16)).join(':');
  };
  const forms: [string, (address: string) => string][] = [
    ['mapped', (address) => `::ffff:${hex(address)}`],
    ['compatible', (address) => `::${hex(address)}`],
    ['NAT64', (address) => `64:ff9b::${hex(address)}`],
    ['6to4', (address) => `2002:${hex(address)}::1`],
  ];

  test.each(forms)('%s', (_name, embed) => {
    for (const address of ['127.0.0.1', '10.1.2.3', '169.254.169.254', '192.168.0.1', '100.64.1.1']) {
      expect(whyNotPublic(embed(address)), embed(address)).toBeDefined();
    }
    expect(whyNotPublic(embed('8.8.8.8'))).toBeUndefined();
  });

  test('for any address at all', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...forms),
        fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255)),
        ([, embed], bytes) => {
          const address = bytes.join('.');
          // `::0.0.0.x` is also how `::` and `::1` are written.
          fc.pre(bytes.slice(0, 3).some((byte) => byte > 0));
          expect(whyNotPublic(embed(address)) === undefined).toBe(whyNotPublic(address) === undefined);
        },
      ),
    );
  });
});
