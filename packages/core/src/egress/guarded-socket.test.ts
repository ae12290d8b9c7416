import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EgressDenied } from './egress-policy.ts';
import type { Resolve } from './guarded-lookup.ts';
import { type GuardedSocketOptions, openGuardedSocket } from './guarded-socket.ts';

let server: Server;
let port: number;
let connections = 0;

beforeAll(async () => {
  server = createServer((socket) => {
    connections += 1;
    // A client that goes without reading resets the connection.
    socket.on('error', () => undefined).end('hello');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.close();
});

const open = (options: Partial<GuardedSocketOptions>) =>
  openGuardedSocket({
    host: '127.0.0.1',
    port,
    rules: { privateHosts: [], allowedHosts: [] },
    signal: new AbortController().signal,
    timeoutMs: 2_000,
    ...options,
  });
const inside: Resolve = async () => [{ address: '127.0.0.1', family: 4 }];
const attempt = async (options: Partial<GuardedSocketOptions>) => open(options);

test('reaches a private host that the operator opened, by address and by name', async () => {
  const socket = await open({ rules: { privateHosts: [{ host: '127.0.0.1', port }], allowedHosts: [] } });
  expect(String((await once(socket, 'data'))[0])).toBe('hello');
  const rules = { privateHosts: [{ host: 'db.internal', port }], allowedHosts: [] };
  const named = await open({ host: 'db.internal', resolve: inside, rules });
  named.destroy();
});

test('refuses what is private, by address, by name and by what the name stands for', async () => {
  const before = connections;
  await expect(attempt({})).rejects.toBeInstanceOf(EgressDenied);
  await expect(attempt({ host: 'localhost' })).rejects.toBeInstanceOf(EgressDenied);
  await expect(attempt({ host: '::ffff:127.0.0.1' })).rejects.toBeInstanceOf(EgressDenied);
  await expect(attempt({ host: 'rebound.example', resolve: inside })).rejects.toBeInstanceOf(EgressDenied);
  expect(connections).toBe(before);
});

test('holds the workspace to its list', async () => {
  const rules = { privateHosts: [{ host: '127.0.0.1', port }], allowedHosts: ['db.example.com'] };
  await expect(attempt({ rules })).rejects.toMatchObject({ reason: 'not_in_allow_list' });
});

test('gives up with the reason of the one who waits', async () => {
  const controller = new AbortController();
  const never: Resolve = () => new Promise(() => undefined);
  const pending = open({ host: 'slow.example', resolve: never, signal: controller.signal });
  const reason = new Error('cancelled');
  controller.abort(reason);
  await expect(pending).rejects.toBe(reason);
  await expect(open({ host: 'slow.example', resolve: never, timeoutMs: 50 })).rejects.toMatchObject({
    code: 'ETIMEDOUT',
  });
});
