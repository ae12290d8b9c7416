import { execFile } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Files in PEM; names and folder are as Docker wants them (`DOCKER_CERT_PATH`). */
export type Certificates = {
  folder: string;
  ca: string;
  serverCert: string;
  serverKey: string;
  /** Of a client that the same authority vouches for. */
  cert: string;
  key: string;
};

/** An authority of its own, with a server on 127.0.0.1 and a client. */
export const createCertificates = async (): Promise<Certificates> => {
  const folder = await mkdtemp(path.join(tmpdir(), 'agentweaver-certificates-'));
  const file = (name: string) => path.join(folder, name);
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  await run('openssl', [
    ...[
      'req',
      '-x509',
      ...newKey,
      '-keyout',
      file('ca-key.pem'),
      '-out',
      file('ca.pem'),
      '-subj',
      '/CN=Test authority',
    ],
  ]);
  const sign = async (name: string, extensions: string[]) => {
    await run('openssl', [
      ...['req', '-x509', ...newKey, '-keyout', file(`${name}key.pem`), '-out', file(`${name}cert.pem`)],
      ...['-CA', file('ca.pem'), '-CAkey', file('ca-key.pem'), '-subj', `/CN=${name}test`],
      ...['basicConstraints=CA:FALSE', ...extensions].flatMap((extension) => ['-addext', extension]),
    ]);
  };
  await sign('server-', ['subjectAltName=IP:127.0.0.1,DNS:localhost', 'extendedKeyUsage=serverAuth']);
  await sign('', ['extendedKeyUsage=clientAuth']);
  return {
    folder,
    ca: file('ca.pem'),
    serverCert: file('server-cert.pem'),
    serverKey: file('server-key.pem'),
    cert: file('cert.pem'),
    key: file('key.pem'),
  };
};
