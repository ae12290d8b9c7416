import ipaddr from 'ipaddr.js';

/** What is wrong with an address, in words; `undefined` for an address of the public Internet. */
export const whyNotPublic = (address: string): string | undefined => {
  // A zone (`fe80::1%eth0`) only exists on addresses of the machine's own networks.
  if (address.includes('%')) return 'a link-local address';
  if (!ipaddr.isValid(address)) return 'not an IP address';
  return whyNotPublicIp(ipaddr.parse(address));
};

const NAMES: Record<string, string> = {
  loopback: 'an address of this machine',
  private: 'a private address',
  uniqueLocal: 'a private address',
  linkLocal: 'a link-local address',
  carrierGradeNat: 'an address inside a provider network',
  multicast: 'a multicast address',
  broadcast: 'a broadcast address',
  unspecified: 'the unspecified address',
};

/** Public IPv6 lies in 2000::/3; the ranges inside it that are not public are named by `range()`. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');

const whyNotPublicIp = (ip: ipaddr.IPv4 | ipaddr.IPv6): string | undefined => {
  if (ip instanceof ipaddr.IPv4) {
    const range = ip.range();
    return range === 'unicast' ? undefined : (NAMES[range] ?? 'a reserved address');
  }
  const embedded = embeddedIpv4(ip);
  if (embedded) return whyNotPublicIp(embedded);
  const range = ip.range();
  if (range === 'unicast' && ip.match(GLOBAL_UNICAST)) return undefined;
  return NAMES[range] ?? 'a reserved address';
};

/**
 * The IPv4 address that packets to this IPv6 address end at: mapped (`::ffff:a.b.c.d`), compatible (`::a.b.c.d`),
 * NAT64 (`64:ff9b::/96`) and 6to4 (`2002::/16`). Teredo, IPv4-translated and local-use NAT64 stay reserved.
 */
const embeddedIpv4 = (ip: ipaddr.IPv6): ipaddr.IPv4 | undefined => {
  const bytes = ip.toByteArray();
  const isZero = (from: number, to: number) => bytes.slice(from, to).every((byte) => byte === 0);
  if (ip.isIPv4MappedAddress()) return ip.toIPv4Address();
  if (isZero(0, 12) && !isZero(12, 15)) return new ipaddr.IPv4(bytes.slice(12, 16));
  if (ip.match(ipaddr.IPv6.parse('64:ff9b::'), 96)) return new ipaddr.IPv4(bytes.slice(12, 16));
  if (ip.match(ipaddr.IPv6.parse('2002::'), 16)) return new ipaddr.IPv4(bytes.slice(2, 6));
  return undefined;
};
