import { type LookupAddress, lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { AppError } from '@agentweaver/core/errors/app-error';
import { Agent, fetch as undiciFetch } from 'undici';

/** Of one answer, in bytes. */
const MAX_RESPONSE_BYTES = 8 * 1024 * 1024;

/** Every range that is not the public internet (IANA's special-purpose registries). */
const NOT_PUBLIC: [string, number, 'ipv4' | 'ipv6'][] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.0.2.0', 24, 'ipv4'],
  ['192.88.99.0', 24, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['198.51.100.0', 24, 'ipv4'],
  ['203.0.113.0', 24, 'ipv4'],
  ['224.0.0.0', 3, 'ipv4'],
  ['::', 96, 'ipv6'],
  ['64:ff9b::', 16, 'ipv6'],
  ['100::', 64, 'ipv6'],
  ['2001::', 23, 'ipv6'],
  ['2001:db8::', 32, 'ipv6'],
  ['2002::', 16, 'ipv6'],
  ['fc00::', 7, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  ['fec0::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
];

// Addresses such as ::ffff:127.0.0.1 are held against the IPv4 ranges by BlockList itself.
const notPublic = new BlockList();
for (const [net, prefix, family] of NOT_PUBLIC) notPublic.addSubnet(net, prefix, family);

export const isPublicAddress = (address: string): boolean => {
  const family = isIP(address);
  return family !== 0 && !notPublic.check(address, family === 6 ? 'ipv6' : 'ipv4');
};

const privateAddress = (host: string): AppError =>
  new AppError('bad_request', {
    publicMessage: `${host} is not a public address. The operator can open single private hosts.`,
    problems: [{ field: 'baseUrl', message: 'private_address' }],
  });

const bareHost = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '');

/** `opened` are entries `host` or `host:port` of the operator. */
export const isOpened = (url: URL, opened: readonly string[]): boolean => {
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  const host = bareHost(url);
  return opened.some((entry) => [host, url.hostname, `${host}:${port}`, `${url.hostname}:${port}`].includes(entry));
};

/** Checks the addresses that the connection is then made to, so that a name cannot answer twice differently. */
const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    if (error) return callback(error, '');
    if (!addresses.every(({ address }) => isPublicAddress(address))) return callback(privateAddress(hostname), '');
    if (options.all) return callback(null, addresses);
    const [first] = addresses;
    return first ? callback(null, first.address, first.family) : callback(new Error(`${hostname} has no address`), '');
  });
};

/**
 * A `fetch` that reaches public addresses only, and what the operator opened. Redirects are not followed.
 * Throws `AppError` `bad_request` for an address that is closed.
 */
export const createGuardedFetch = (opened: readonly string[]): typeof globalThis.fetch => {
  const guarded = new Agent({
    connect: { lookup: publicLookup, timeout: 10_000 },
    headersTimeout: 20_000,
    bodyTimeout: 20_000,
    maxResponseSize: MAX_RESPONSE_BYTES,
  });
  const direct = new Agent({
    connect: { timeout: 10_000 },
    headersTimeout: 20_000,
    bodyTimeout: 20_000,
    maxResponseSize: MAX_RESPONSE_BYTES,
  });
  return async (input, init) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    const open = isOpened(url, opened);
    // A literal address is never looked up.
    if (!open && isIP(bareHost(url)) !== 0 && !isPublicAddress(bareHost(url))) throw privateAddress(url.host);
    try {
      const response = await undiciFetch(url, {
        method: request.method,
        headers: [...request.headers],
        body: request.body ? await request.text() : undefined,
        signal: request.signal,
        redirect: 'error',
        dispatcher: open ? direct : guarded,
      });
      const bytes = await response.arrayBuffer();
      // A 204 must not have a body, not even an empty one.
      return new Response(bytes.byteLength > 0 ? bytes : null, {
        status: response.status,
        headers: [...response.headers],
      });
    } catch (error) {
      if (error instanceof TypeError && error.cause instanceof AppError) throw error.cause;
      throw error;
    }
  };
};
