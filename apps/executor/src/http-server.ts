import { createServer, type Server, type ServerResponse } from 'node:http';
import type { Registry } from 'prom-client';
import type { PartStates } from './readiness.ts';

export type Readiness = {
  /** What is missing, in words; empty when the executor takes work. */
  missing: string[];
  parts: PartStates['parts'];
  sandbox: { kind: string; description: string } | null;
  /** Models that need no key: the local server's, and the demo model. */
  models: { id: string; name: string; source: string }[];
};

/** `/health`: the process answers. `/ready`: it takes work, or what is missing. `/metrics`: Prometheus text. */
export const startHttpServer = async ({
  host,
  port,
  registry,
  readiness,
}: {
  host: string;
  port: number;
  registry: Registry;
  readiness: () => Promise<Readiness>;
}): Promise<Server> => {
  const server = createServer(async (request, response) => {
    const path = request.url?.split('?')[0];
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return sendJson(response, 405, { status: 'method_not_allowed' });
    if (path === '/health') return sendJson(response, 200, { status: 'ok' });
    if (path === '/ready') {
      const { missing, ...rest } = await readiness();
      const ready = missing.length === 0;
      return sendJson(response, ready ? 200 : 503, { status: ready ? 'ready' : 'not_ready', missing, ...rest });
    }
    if (path === '/metrics') {
      response.writeHead(200, { 'content-type': registry.contentType });
      return response.end(await registry.metrics());
    }
    return sendJson(response, 404, { status: 'not_found' });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return server;
};

const sendJson = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
};
