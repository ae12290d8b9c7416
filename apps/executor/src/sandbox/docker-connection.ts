import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { messageOf } from '@agentweaver/core/errors/to-execution-error';
import Docker from 'dockerode';
import { isKnownHostKey } from './known-hosts.ts';

/** A client of the engine that `DOCKER_HOST` names. Throws an `Error` when its certificates cannot be read. */
export const openDocker = (): Docker => {
  const { DOCKER_HOST: address = '' } = process.env;
  try {
    return address.startsWith('ssh://') ? new Docker({ sshOptions: { hostVerifier: isKnown(address) } }) : new Docker();
  } catch (error) {
    if (!process.env.DOCKER_CERT_PATH) throw error;
    throw new Error(`the certificates in DOCKER_CERT_PATH cannot be read: ${messageOf(error)}`, { cause: error });
  }
};

const knownHosts = (): string => path.join(homedir(), '.ssh', 'known_hosts');

/** The library would take any: whoever answers in the engine's place would be given every execution to run. */
const isKnown =
  (address: string) =>
  (key: Buffer): boolean => {
    const { hostname, port } = new URL(address);
    const file = existsSync(knownHosts()) ? readFileSync(knownHosts(), 'utf8') : '';
    return isKnownHostKey(file, { host: hostname, port: Number(port || 22), key });
  };

/** What Node says of a certificate that it does not trust: of an unknown authority, of another host, or too old. */
const UNTRUSTED = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_SIGNATURE_FAILURE',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

/** Says in words what is wrong with the certificates, on either side; other errors come back as they are. */
export const describeConnection = (error: unknown): unknown => {
  const code = codeOf(error);
  const engine = `the Docker engine at ${process.env.DOCKER_HOST ?? 'its socket'}`;
  const told = (text: string) => new Error(`${text} (${messageOf(error).trim()})`, { cause: error });
  if (UNTRUSTED.has(code))
    return told(`the certificate of ${engine} is not one that ca.pem in DOCKER_CERT_PATH vouches for`);
  if (code.startsWith('ERR_SSL_') && /alert/i.test(code))
    return told(`${engine} refuses the certificate in DOCKER_CERT_PATH`);
  if (error instanceof Error && error.message.includes('Host denied'))
    return told(`the key of ${engine} is not in ${knownHosts()}`);
  // A server that refuses a certificate may be gone before its reason has arrived.
  if (process.env.DOCKER_CERT_PATH && (code === 'ECONNRESET' || code === 'EPIPE'))
    return told(`${engine} broke off; it may refuse the certificate in DOCKER_CERT_PATH`);
  return error;
};
