import { Agent, buildConnector } from 'undici';
import { isOpenedPrivateHost, type PrivateHost, privateAddressDenied } from './egress-policy.ts';
import {
  createGuardedLookup,
  createOpenLookup,
  type Resolve,
  systemResolve,
  whyLiteralIsClosed,
} from './guarded-lookup.ts';
import { whyNotPublic } from './ip-address.ts';

const CONNECT_TIMEOUT_MS = 10_000;

export type EgressAgentOptions = {
  privateHosts: readonly PrivateHost[];
  /** Injected by tests. */
  resolve?: Resolve;
  /** How long a server may take for its headers, and between two pieces of the body. */
  answerTimeoutMs?: number;
  maxResponseBytes?: number;
};

/**
 * An undici agent whose sockets reach public addresses and opened private hosts only. The check sits where the
 * socket connects, on the very addresses it will use, so a name that changes its address between two look-ups
 * (DNS rebinding) gains nothing. A socket is looked at once more after it has connected.
 */
export const createEgressAgent = ({
  privateHosts,
  resolve = systemResolve,
  answerTimeoutMs,
  maxResponseBytes,
}: EgressAgentOptions): Agent => {
  const shared = { timeout: CONNECT_TIMEOUT_MS, autoSelectFamily: true };
  const toPublic = buildConnector({ ...shared, lookup: createGuardedLookup(resolve) });
  const toOpened = buildConnector({ ...shared, lookup: createOpenLookup(resolve) });

  return new Agent({
    connect: (options, callback) => {
      const port = Number(options.port) || (options.protocol === 'https:' ? 443 : 80);
      if (isOpenedPrivateHost(options.hostname, port, { privateHosts })) return toOpened(options, callback);

      const problem = whyLiteralIsClosed(options.hostname);
      if (problem) return callback(privateAddressDenied(options.hostname.replace(/^\[|\]$/g, ''), problem), null);

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
    ...(answerTimeoutMs === undefined ? {} : { headersTimeout: answerTimeoutMs, bodyTimeout: answerTimeoutMs }),
    ...(maxResponseBytes === undefined ? {} : { maxResponseSize: maxResponseBytes }),
  });
};
