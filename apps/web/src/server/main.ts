import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, Server, type ServerResponse } from 'node:http';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import { startTracing } from '@agentweaver/db/tracing/start-tracing';
import next from 'next';
import { clientAddress } from './client-address.ts';
import { CLIENT_IP_HEADER } from './client-ip.ts';
import { openCollab } from './collab.ts';
import { createDraftServer } from './draft-server.ts';
import { parseEnv, type WebEnv } from './env.ts';
import { log } from './log.ts';
import { closeRateLimits } from './rate-limit.ts';
import { closeServices } from './services.ts';

/** The longest wait for open requests at shutdown, in ms; server-sent events never end by themselves. */
const DRAIN_MS = 5_000;

/** After this the process ends, come what may, in ms; below the 20 s that its starter waits. */
const STOP_MS = 10_000;

const readEnv = (): WebEnv => {
  try {
    return parseEnv(process.env);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
};

const env = readEnv();
// next-auth reads its own address from the environment.
process.env.NEXTAUTH_URL = env.publicUrl;

// Without OTEL_EXPORTER_OTLP_ENDPOINT this loads nothing.
const tracing = await startTracing(env, {
  name: 'agentweaver-web',
  onError: (error) => log.warn({ err: error }, 'traces could not be sent'),
});

/** Next puts its upgrade listener on this one, which never listens; what is not for drafts is handed on to it below. */
const nextUpgrades = new Server();

const WEB_DIR = path.join(import.meta.dirname, '../..');

/**
 * Hands Next the configuration that the build wrote down, as the server does that Next makes for containers itself. It would
 * load next.config.ts once more, and with it the compilers of what that imports: 50 MB that nobody needs any more.
 * Where there is no build, Next says so.
 */
const handOverBuiltConfig = async (): Promise<void> => {
  const distDir = process.env.NEXT_DIST_DIR || '.next';
  const file = path.join(WEB_DIR, distDir, 'required-server-files.json');
  if (!existsSync(file)) return;
  const { config } = JSON.parse(await readFile(file, 'utf8'));
  process.env.__NEXT_PRIVATE_STANDALONE_CONFIG = JSON.stringify({ ...config, distDir });
};

const production = env.NODE_ENV === 'production';
if (production) await handOverBuiltConfig();

const app = next({
  dev: !production,
  dir: WEB_DIR,
  port: env.PORT,
  httpServer: nextUpgrades,
});
await app.prepare();
const handle = app.getRequestHandler();
const collab = openCollab(createDraftServer);

const secure = env.publicUrl.startsWith('https://');

const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
  request.headers[CLIENT_IP_HEADER] = clientAddress(request, env.TRUST_PROXY);
  if (secure) response.setHeader('Strict-Transport-Security', 'max-age=31536000');
  handle(request, response).catch((error: unknown) => {
    log.error({ err: error, url: request.url }, 'request failed outside of a route');
    if (!response.headersSent) response.writeHead(500);
    response.end();
  });
};

const server = createServer({ keepAliveTimeout: 65_000 }, onRequest);

/** `closeAllConnections` knows nothing of upgraded ones, and `close` waits for them. */
const upgraded = new Set<Duplex>();

server.on('upgrade', (request, socket, head) => {
  upgraded.add(socket);
  socket.on('close', () => upgraded.delete(socket));
  socket.on('error', () => socket.destroy());
  if (collab.handleUpgrade(request, socket, head)) return;
  if (production) {
    socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n');
    return;
  }
  // Hot reload.
  nextUpgrades.emit('upgrade', request, socket, head);
});

server.on('error', (error: NodeJS.ErrnoException) => {
  const reason = error.code === 'EADDRINUSE' ? `port ${env.PORT} is taken; set PORT to a free one` : error.message;
  process.stderr.write(`The web app cannot start: ${reason}\n`);
  process.exit(1);
});

let stopping = false;
const stop = async (signal: string): Promise<void> => {
  if (stopping) return;
  stopping = true;
  log.info({ signal }, 'stopping');
  setTimeout(() => process.exit(1), STOP_MS).unref();
  const drained = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  await collab.close();
  const force = setTimeout(() => {
    server.closeAllConnections();
    for (const socket of upgraded) socket.destroy();
  }, DRAIN_MS);
  await drained;
  clearTimeout(force);
  await closeServices();
  closeRateLimits();
  await tracing?.close();
  process.exit(0);
};

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    stop(signal).catch((error: unknown) => {
      log.error({ err: error }, 'stopping failed');
      process.exit(1);
    });
  });
}

server.listen(env.PORT, () => log.info({ port: env.PORT, url: env.publicUrl }, 'web app is ready'));
