import dns from 'node:dns';
import type { LookupFunction } from 'node:net';
import { Agent, buildConnector } from 'undici';
import { CONNECT_TIMEOUT_MS } from '../tunables.ts';
import { isOpenedPrivateHost, type PrivateHost, privateAddressDenied } from './egress-policy.ts';
import { whyNotPublic } from './ip-address.ts';

export type Resolve = (hostname: string) => Promise<dns.LookupAddress[]>;

const systemResolve: Resolve = (hostname) => dns.promises.lookup(hostname, { all: true, verbatim: true });

/**
 * An undici agent whose sockets reach public addresses and opened private hosts only. The check sits where the
 * socket connects, on the very addresses it will use, so a name that changes its address between two look-ups
 * (DNS rebinding) gains nothing. A socket is looked at once more after it has connected.
 */
export const createEgressAgent = ({
  privateHosts,
  resolve = systemResolve,
}: {
  privateHosts: readonly PrivateHost[];
  /** Injected by tests. */
  resolve?: Resolve;
}): Agent => {
  const guardedLookup: LookupFunction = (hostname, options, callback) => {
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
  const openLookup: LookupFunction = (hostname, options, callback) => {
    resolve(hostname).then(
      (addresses) => {
        if (options.all) callback(null, addresses);
        else callback(null, addresses[0]?.address ?? '', addresses[0]?.family ?? 0);
      },
      (error: NodeJS.ErrnoException) => callback(error, '', 0),
    );
  };
  const toPublic = buildConnector({ timeout: CONNECT_TIMEOUT_MS, lookup: guardedLookup, autoSelectFamily: true });
  const toOpened = buildConnector({ timeout: CONNECT_TIMEOUT_MS, lookup: openLookup, autoSelectFamily: true });

  return new Agent({
    connect: (options, callback) => {
      const port = Number(options.port) || (options.protocol === 'https:' ? 443 : 80);
      if (isOpenedPrivateHost(options.hostname, port, { privateHosts })) return toOpened(options, callback);

      // A literal address never goes through a look-up.
      const literal = options.hostname.replace(/^\[|\]$/g, '');
      const problem = /^[\d.]+$|:/.test(literal) ? whyNotPublic(literal) : undefined;
      if (problem) return callback(privateAddressDenied(literal, problem), null);

      return toPublic(options, (...[error, socket]) => {
        const reached = socket?.remoteAddress;
        const wrong = reached === undefined ? undefined : whyNotPublic(reached);
        if (socket && wrong) {
          socket.destroy();
          callback(privateAddressDenied(options.hostname, `at ${wrong}`), null);
        } else if (socket) callback(null, socket);
        else callback(error ?? new Error('The connection failed.'), null);
      });
    },
    // Kept short: what a name points at is looked up again for the next step.
    keepAliveTimeout: 4_000,
    connections: 32,
  });
};
