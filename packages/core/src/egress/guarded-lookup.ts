import dns from 'node:dns';
import type { LookupFunction } from 'node:net';
import { privateAddressDenied } from './egress-policy.ts';
import { whyNotPublic } from './ip-address.ts';

export type Resolve = (hostname: string) => Promise<dns.LookupAddress[]>;

export const systemResolve: Resolve = (hostname) => dns.promises.lookup(hostname, { all: true, verbatim: true });

/** Hands a socket the public addresses of a name only; fails with `EgressDenied` when it has none. */
export const createGuardedLookup =
  (resolve: Resolve): LookupFunction =>
  (hostname, options, callback) => {
    resolve(hostname).then(
      (addresses) => {
        const usable = addresses.filter(({ address }) => whyNotPublic(address) === undefined);
        const first = usable[0];
        if (!first) {
          const problem = addresses[0] ? whyNotPublic(addresses[0].address) : undefined;
          callback(privateAddressDenied(hostname, `at ${problem ?? 'no address'}`), '', 0);
        } else if (options.all) callback(null, usable);
        else callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, '', 0),
    );
  };

/** For hosts that the operator opened. */
export const createOpenLookup =
  (resolve: Resolve): LookupFunction =>
  (hostname, options, callback) => {
    resolve(hostname).then(
      (addresses) => {
        if (options.all) callback(null, addresses);
        else callback(null, addresses[0]?.address ?? '', addresses[0]?.family ?? 0);
      },
      (error: NodeJS.ErrnoException) => callback(error, '', 0),
    );
  };

/** What is wrong with an address written out, which no look-up ever sees; `undefined` for names and public addresses. */
export const whyLiteralIsClosed = (hostname: string): string | undefined => {
  const literal = hostname.replace(/^\[|\]$/g, '');
  return /^[\d.]+$|:/.test(literal) ? whyNotPublic(literal) : undefined;
};
