import ipaddr from 'ipaddr.js';
import { ExecutionError } from '../engine/execution-errors.ts';
import { whyNotPublic } from './ip-address.ts';

/** A host that the operator opened although it has no public address; every port when `port` is absent. */
export type PrivateHost = { host: string; port?: number };

export type EgressRules = {
  /** From the operator; the same for every workspace. */
  privateHosts: readonly PrivateHost[];
  /** From the workspace: exact names or `*.suffix`; empty means every public host. */
  allowedHosts: readonly string[];
};

/** Why a request was refused, for the metric; the message says it in words. */
export type EgressDenialReason = 'scheme' | 'credentials' | 'private_address' | 'not_in_allow_list' | 'redirect';

export class EgressDenied extends ExecutionError {
  readonly reason: EgressDenialReason;

  constructor(reason: EgressDenialReason, message: string, hint: string) {
    super({ code: 'egress_denied', message, hint });
    this.reason = reason;
  }
}

const DEFAULT_PORTS: Record<string, number> = { 'http:': 80, 'https:': 443 };

/** Lower case, without the brackets of IPv6 and without the root dot. */
const canonicalHost = (hostname: string): string =>
  hostname
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');

/** Parses `host`, `host:port` and `[v6]:port`; throws on anything else, so that a typing mistake shows at boot. */
export const parsePrivateHost = (entry: string): PrivateHost => {
  const text = entry.trim();
  if (ipaddr.IPv6.isValid(text)) return { host: text.toLowerCase() };
  const url = URL.parse(`http://${text}`);
  if (
    !url ||
    url.host === '' ||
    url.pathname !== '/' ||
    url.search ||
    url.hash ||
    url.username ||
    url.password ||
    text.endsWith('/')
  ) {
    throw new Error(`"${entry}" is not a host or host:port.`);
  }
  const port = /:(\d+)$/.exec(text.replace(/^\[.*\]/, ''))?.[1];
  return { host: canonicalHost(url.hostname), ...(port ? { port: Number(port) } : {}) };
};

/** Patterns are exact names or `*.suffix`, which does not stand for the suffix alone. */
export const matchesHost = (hostname: string, patterns: readonly string[]): boolean => {
  const host = canonicalHost(hostname);
  return patterns.some((pattern) => {
    const wanted = canonicalHost(pattern.trim());
    return wanted.startsWith('*.') ? host.endsWith(wanted.slice(1)) : host === wanted;
  });
};

/** Whether the operator opened exactly this host and port. */
export const isOpenedPrivateHost = (
  hostname: string,
  port: number,
  rules: Pick<EgressRules, 'privateHosts'>,
): boolean => {
  const host = canonicalHost(hostname);
  return rules.privateHosts.some((entry) => entry.host === host && (entry.port === undefined || entry.port === port));
};

const portOf = (url: URL): number => (url.port === '' ? (DEFAULT_PORTS[url.protocol] ?? 0) : Number(url.port));

/**
 * Checks what the address alone can tell; the addresses behind a name are checked when the socket connects.
 * WHATWG URL has by then turned decimal, octal and hexadecimal hosts into dotted IPv4. Throws `EgressDenied`.
 */
export const checkUrl = (url: URL, rules: EgressRules): void => {
  if (!(url.protocol in DEFAULT_PORTS)) {
    throw new EgressDenied(
      'scheme',
      `Requests to ${url.protocol} addresses are not allowed.`,
      'Use an http or https address.',
    );
  }
  if (url.username || url.password) {
    throw new EgressDenied(
      'credentials',
      'The address holds a user name or password.',
      'Send credentials in a header, such as Authorization.',
    );
  }
  checkHost({ hostname: url.hostname, port: portOf(url) }, rules);
};

/** The same for a connection that is not HTTP, such as a database's. */
export const checkHost = ({ hostname, port }: { hostname: string; port: number }, rules: EgressRules): void => {
  const host = canonicalHost(hostname);
  if (rules.allowedHosts.length > 0 && !matchesHost(host, rules.allowedHosts)) {
    throw new EgressDenied(
      'not_in_allow_list',
      `${host} is not on this workspace's list of allowed hosts.`,
      'An owner can add the host in the workspace settings.',
    );
  }
  if (isOpenedPrivateHost(host, port, rules)) return;
  if (host === 'localhost' || host.endsWith('.localhost')) {
    throw privateAddressDenied(host, 'an address of this machine');
  }
  if (ipaddr.isValid(host)) {
    const problem = whyNotPublic(host);
    if (problem) throw privateAddressDenied(host, problem);
  }
};

export const privateAddressDenied = (host: string, problem: string): EgressDenied =>
  new EgressDenied(
    'private_address',
    `${host} is ${problem}, which workflows may not reach.`,
    'Use a public address. The operator of this installation can open a single private host with EGRESS_ALLOWED_PRIVATE_HOSTS.',
  );
