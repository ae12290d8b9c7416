import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import path from 'node:path';

/** What nothing that runs in a sandbox may reach. Each notes who came. */
export type Canaries = {
  httpPort: number;
  dnsPort: number;
  socketFile: string;
  /** Of Linux: a name that lies in no file system. */
  abstractSocket: string;
  file: string;
  /** Stands in the file and in the environment of this process. */
  secret: string;
  /** Addresses under which this machine is known to itself. */
  addresses: string[];
  /** Who came since the last time this was asked. */
  takeVisits(): string[];
  close(): Promise<void>;
};

const SECRET_VARIABLE = 'AGENTWEAVER_ABUSE_CANARY';

export const openCanaries = async (
  answer: (request: IncomingMessage, response: ServerResponse) => void = (_request, response) =>
    response.end('reached'),
): Promise<Canaries> => {
  const folder = await mkdtemp(path.join(tmpdir(), 'agentweaver-canaries-'));
  await chmod(folder, 0o755);
  const secret = `canary-${process.pid}-${Date.now()}`;
  process.env[SECRET_VARIABLE] = secret;
  const file = path.join(folder, 'secret.txt');
  await writeFile(file, secret);
  await chmod(file, 0o644);
  let visits: string[] = [];
  const note = (what: string) => visits.push(what);

  const http = createHttpServer((request, response) => {
    note(`http ${request.url}`);
    answer(request, response);
  });
  http.on('connection', () => note('tcp'));
  http.on('error', () => undefined);
  const socketFile = path.join(folder, 'engine.sock');
  const abstractSocket = `\0agentweaver-canary-${process.pid}`;
  const local: Server[] = [socketFile, abstractSocket].map((name) => {
    const server = createServer((socket) => {
      note('unix socket');
      socket.destroy();
    });
    server.listen(name);
    return server;
  });
  const dns = createSocket('udp4', () => note('udp'));
  http.listen(0, '0.0.0.0');
  dns.bind(0, '0.0.0.0');
  await Promise.all([http, dns, ...local].map((server) => once(server, 'listening')));
  await chmod(socketFile, 0o777);
  const addresses = Object.values(networkInterfaces()).flatMap((all) => all?.map(({ address }) => address) ?? []);
  return {
    httpPort: (http.address() as AddressInfo).port,
    dnsPort: dns.address().port,
    socketFile,
    abstractSocket,
    file,
    secret,
    addresses,
    takeVisits: () => {
      const before = visits;
      visits = [];
      return before;
    },
    close: async () => {
      delete process.env[SECRET_VARIABLE];
      http.close();
      http.closeAllConnections();
      dns.close();
      for (const server of local) server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
