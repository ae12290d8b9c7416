import { connect, type Socket } from 'node:net';
import { checkHost, type EgressRules, isOpenedPrivateHost, privateAddressDenied } from './egress-policy.ts';
import { createGuardedLookup, createOpenLookup, type Resolve, systemResolve } from './guarded-lookup.ts';
import { whyNotPublic } from './ip-address.ts';

export type GuardedSocketOptions = {
  host: string;
  port: number;
  rules: EgressRules;
  signal: AbortSignal;
  timeoutMs: number;
  /** Injected by tests. */
  resolve?: Resolve;
};

/**
 * A connected TCP socket that passed the egress guard, for protocols other than HTTP. The addresses are checked on the
 * look-up that the socket itself uses. Rejects with `EgressDenied`, the system's error, or the signal's reason.
 */
export const openGuardedSocket = ({
  host,
  port,
  rules,
  signal,
  timeoutMs,
  resolve = systemResolve,
}: GuardedSocketOptions): Promise<Socket> => {
  checkHost({ hostname: host, port }, rules);
  signal.throwIfAborted();
  const opened = isOpenedPrivateHost(host, port, rules);
  const lookup = opened ? createOpenLookup(resolve) : createGuardedLookup(resolve);
  const { promise, resolve: done, reject } = Promise.withResolvers<Socket>();
  const socket = connect({ host: host.replace(/^\[|\]$/g, ''), port, lookup, autoSelectFamily: true });
  const fail = (error: unknown) => {
    socket.destroy();
    reject(error);
  };
  const abort = () => fail(signal.reason);
  const timer = setTimeout(() => fail(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' })), timeoutMs);
  signal.addEventListener('abort', abort, { once: true });
  socket.once('error', fail);
  socket.once('connect', () => {
    const wrong = opened || socket.remoteAddress === undefined ? undefined : whyNotPublic(socket.remoteAddress);
    if (wrong) fail(privateAddressDenied(host, `at ${wrong}`));
    else done(socket);
  });
  return promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
    socket.removeListener('error', fail);
  });
};
