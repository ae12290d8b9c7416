import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { createBrotliCompress, createDeflate, createGzip } from 'node:zlib';
import { createEgressAgent } from '@agentweaver/core/egress/egress-agent';
import { HOST_CALLS } from '@agentweaver/core/host/host-calls';
import { createPrisma } from '@agentweaver/db/client';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import pino from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { HostCall, HostServices } from '../../../apps/executor/src/host/host-calls.ts';
import { createOutsideServices } from '../../../apps/executor/src/host/outside-services.ts';
import { addCredential } from '../support/credentials.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createWorkspace } from '../support/executions.ts';
import { createMasterKey } from '../support/executor.ts';
import { createRunningExecution } from '../support/running-execution.ts';
import { type Canaries, openCanaries } from './canaries.ts';
import { type HostAttempt, hostAttempts } from './host-attempts.ts';
import { reportAttempts } from './report.ts';

const masterKey = createMasterKey();
let database: TestDatabase;
let prisma: PrismaClient;
let canaries: Canaries;
/** Of the operator, who opened it: hostile all the same. */
let open: Server;
let services: Omit<HostServices, 'model.generate'>;
let attempts: HostAttempt[];
const tried = reportAttempts('calls to the outside');

const BOMBS = { gzip: createGzip, br: createBrotliCompress, deflate: createDeflate };
const MEGABYTE = Buffer.alloc(1024 * 1024);

const startOpenServer = async (): Promise<Server> => {
  const server = createServer((request, response) => {
    response.on('error', () => undefined);
    const url = new URL(request.url ?? '/', 'http://open');
    const [, what, how] = url.pathname.split('/');
    if (what === 'redirect') {
      const to = (request.url ?? '').split('?to=')[1] ?? '';
      return response.writeHead(Number(how), { location: to }).end();
    }
    if (what === 'loop') return response.writeHead(302, { location: '/loop' }).end();
    if (what === 'bomb') {
      const coding = how as keyof typeof BOMBS;
      response.writeHead(200, { 'content-encoding': coding, 'content-type': 'text/plain' });
      const packed = BOMBS[coding]();
      packed.on('error', () => undefined);
      packed.pipe(response);
      // A gigabyte of nothing is less than a megabyte on the way.
      let left = 1_024;
      const fill = () => {
        while (left > 0 && !response.destroyed) {
          left -= 1;
          if (!packed.write(MEGABYTE)) return void packed.once('drain', fill);
        }
        packed.end();
      };
      return fill();
    }
    if (what === 'endless') {
      response.writeHead(200, { 'content-type': 'text/plain' });
      const source = new PassThrough();
      source.pipe(response);
      const write = () => {
        while (!response.destroyed && source.write(MEGABYTE));
        if (!response.destroyed) source.once('drain', write);
      };
      return write();
    }
    if (what === 'long') return response.writeHead(200, { 'content-length': String(10 ** 12) }).write('x');
    if (what === 'slow') {
      response.writeHead(200);
      const timer = setInterval(() => response.write('x'), 300);
      return response.on('close', () => clearInterval(timer));
    }
    if (what === 'headers') {
      const { socket } = response;
      socket?.write('HTTP/1.1 200 OK\r\n');
      const more = () => {
        while (!socket?.destroyed && socket?.write(`x-${'a'.repeat(1_000)}: b\r\n`));
        if (!socket?.destroyed) socket?.once('drain', more);
      };
      socket?.on('error', () => undefined);
      return more();
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(request.rawHeaders));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
};

/** A name server of the attacker's: it answers the same question differently. */
const hostileResolver = () => {
  let asked = 0;
  return async (hostname: string) => {
    const inside = { address: '127.0.0.1', family: 4 };
    // Of the range for documentation: nobody answers there.
    const outside = { address: '198.51.100.1', family: 4 };
    switch (hostname) {
      case 'inside.test':
        return [inside];
      case 'inside6.test':
        return [{ address: '::1', family: 6 }];
      case 'metadata.test':
        return [{ address: '169.254.169.254', family: 4 }];
      case 'both.test':
        return [outside, inside];
      case 'rebinding.test':
        asked += 1;
        return [asked % 2 === 1 ? outside : inside];
      default:
        throw Object.assign(new Error('ENOTFOUND'), { code: 'ENOTFOUND' });
    }
  };
};

beforeAll(async () => {
  canaries = await openCanaries();
  open = await startOpenServer();
  const openPort = (open.address() as AddressInfo).port;
  const privateHosts = [{ host: '127.0.0.1', port: openPort }];
  database = await createTestDatabase();
  prisma = createPrisma({ databaseUrl: database.databaseUrl });
  const workspaceId = await createWorkspace(prisma);
  const foreignId = await createWorkspace(prisma);
  const key = (name: string, owner: string, allowedHosts: string[]) =>
    addCredential(
      prisma,
      { masterKey, workspaceId: owner },
      { name, kind: 'bearer', settings: {}, secret: { token: canaries.secret }, allowedHosts },
    );
  await key('elsewhere', workspaceId, ['api.elsewhere.test']);
  await key('foreign', foreignId, ['127.0.0.1']);
  for (const engine of ['postgres', 'mysql']) {
    await addCredential(
      prisma,
      { masterKey, workspaceId },
      {
        name: `inside-${engine}`,
        kind: 'database',
        settings: {},
        secret: { url: `${engine}://u:p@127.0.0.1:${canaries.httpPort}/d` },
      },
    );
  }
  const { executionId, attemptId } = await createRunningExecution(prisma, workspaceId);
  const other = await createRunningExecution(prisma, foreignId);
  await prisma.executionFile.create({
    data: {
      executionId: other.executionId,
      path: 'theirs.txt',
      size: 1,
      mediaType: 'text/plain',
      content: Buffer.from('x'),
      nodeId: 'a',
    },
  });
  services = createOutsideServices(
    {
      prisma,
      metrics: { egressDenials: { inc: () => undefined } } as never,
      agent: createEgressAgent({ privateHosts, resolve: hostileResolver() }),
      privateHosts,
      masterKey,
      tokens: { ensure: () => Promise.reject(new Error('there is no OAuth here')) },
    },
    { execution: { id: executionId }, attemptId, workspace: { id: workspaceId, allowedHosts: [] } },
    pino({ level: 'silent' }),
  );
  attempts = hostAttempts({ port: canaries.httpPort, open: `127.0.0.1:${openPort}` });
}, 120_000);

afterAll(async () => {
  open?.close();
  open?.closeAllConnections();
  await canaries?.close();
  await prisma?.$disconnect();
  await database?.drop();
  tried.print();
});

const call: HostCall = { nodeId: 'a', iteration: '', attempt: 1, index: 0, signal: new AbortController().signal };

const make = async ({
  method,
  params,
}: HostAttempt): Promise<{ code: string; message: string } | { reached: unknown }> => {
  const parsed = HOST_CALLS[method].params.safeParse(params);
  // As `host-calls.ts` does: what no engine would send is refused before anything is done.
  if (!parsed.success) return { code: 'invalid_params', message: parsed.error.message };
  try {
    const service = services[method as keyof typeof services] as (params: unknown, call: HostCall) => Promise<unknown>;
    return { reached: await service(parsed.data, call) };
  } catch (error) {
    const { data } = error as { data?: { code: string; message: string } };
    return data ?? { code: 'no ExecutionError', message: String(error) };
  }
};

test('every call to where it must not go ends as a clear error and reaches nothing', async () => {
  const wrong: unknown[] = [];
  const one = async (attempt: HostAttempt) => {
    tried.count();
    const ended = await make(attempt);
    const isRight =
      'code' in ended && attempt.code.test(ended.code) && ended.code !== 'no ExecutionError' && ended.message !== '';
    if (!isRight || JSON.stringify(ended).includes(canaries.secret)) {
      wrong.push({ attempt: `${attempt.family}: ${attempt.name}`, ended: JSON.stringify(ended).slice(0, 300) });
    }
  };
  for (let start = 0; start < attempts.length; start += 8) {
    await Promise.all(attempts.slice(start, start + 8).map(one));
  }
  expect(wrong).toEqual([]);
  expect(canaries.takeVisits()).toEqual([]);
});

test('headers of the connection are not the workflow’s: a Host header chooses no neighbour, nor is a body smuggled', async () => {
  tried.count(2);
  const { port } = open.address() as AddressInfo;
  const echo = (await services['http.fetch'](
    HOST_CALLS['http.fetch'].params.parse({
      method: 'GET',
      url: `http://127.0.0.1:${port}/redirect/302?to=/echo`,
      headers: { host: 'admin.internal', 'transfer-encoding': 'chunked', 'x-plain': '1' },
      timeoutMs: 5_000,
    }),
    call,
  )) as { body: string };
  const headers = (JSON.parse(echo.body) as string[]).map((text) => text.toLowerCase());
  expect(headers[headers.indexOf('host') + 1]).toBe(`127.0.0.1:${port}`);
  expect(headers).toContain('x-plain');
  expect(headers).not.toContain('transfer-encoding');
});
