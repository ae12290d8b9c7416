import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Registry } from 'prom-client';
import { afterEach, expect, test } from 'vitest';
import { type Readiness, startHttpServer } from './http-server.ts';

let server: Server;
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const parts = { database: 'ok', queue: 'ok', live: 'ok', sandbox: 'ok', disk: 'ok' } as const;

const get = async (path: string, readiness: Partial<Readiness> = {}, init: RequestInit = {}) => {
  const answer: Readiness = { missing: [], parts, sandbox: null, models: [], ...readiness };
  server = await startHttpServer({
    host: '127.0.0.1',
    port: 0,
    registry: new Registry(),
    readiness: async () => answer,
  });
  return fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, init);
};

test('/ready names what is missing', async () => {
  const response = await get('/ready', { missing: ['The database does not answer.'] });
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({ status: 'not_ready', missing: ['The database does not answer.'] });
});

test('/ready tells the sandbox and the models', async () => {
  const sandbox = { kind: 'docker', description: 'd' };
  const models = [{ id: 'demo/demo-model', name: 'Demo', source: 'built in' }];
  const response = await get('/ready?x=1', { sandbox, models });
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ status: 'ready', missing: [], parts, sandbox, models });
});

test.each([
  ['/health', 'GET', 200],
  ['/metrics', 'GET', 200],
  ['/other', 'GET', 404],
  ['/health', 'POST', 405],
])('%s %s answers %i', async (path, method, status) => {
  expect((await get(path, {}, { method })).status).toBe(status);
});
