import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ExecutionError } from '@agentweaver/core/engine/execution-errors';
import { createCallCounter } from '@agentweaver/db/call-counter';
import { createPrisma } from '@agentweaver/db/client';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { CallGate, Tenant } from '../../apps/executor/src/host/gate/call-gate.ts';
import { createTestGate } from '../../apps/executor/src/host/testing/open-gate.ts';
import { createTestDatabase, type TestDatabase } from './support/database.ts';
import { redisPrefix, redisUrl } from './support/redis.ts';

const CALL_MS = 60;
const never = new AbortController().signal;

let database: TestDatabase;
let prisma: PrismaClient;
let server: Server;
let url: string;
/** Requests under way at the server, by workspace, and the most there were. */
let active: Map<string, number>;
let most: Map<string, number>;
let served: string[];
const gates: CallGate[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  prisma = createPrisma({ databaseUrl: database.databaseUrl });
  server = createServer(async (request, response) => {
    const name = request.url?.slice(1) ?? '';
    for (const key of [name, 'all']) {
      active.set(key, (active.get(key) ?? 0) + 1);
      most.set(key, Math.max(most.get(key) ?? 0, active.get(key) ?? 0));
    }
    served.push(name);
    await sleep(CALL_MS);
    for (const key of [name, 'all']) active.set(key, (active.get(key) ?? 0) - 1);
    response.end('ok');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  active = new Map();
  most = new Map();
  served = [];
});
afterEach(() => {
  for (const gate of gates.splice(0)) gate.close();
});
afterAll(async () => {
  server?.closeAllConnections();
  server?.close();
  await prisma?.$disconnect();
  await database?.drop();
});

const gateOf = (options: Parameters<typeof createTestGate>[0] = {}): CallGate => {
  const gate = createTestGate(options);
  gates.push(gate);
  return gate;
};
const tenant = (
  workspaceId: string,
  more: Partial<Tenant['limits']> & Pick<Partial<Tenant>, 'priority'> = {},
): Tenant => {
  const { priority = 'interactive', ...limits } = more;
  return { workspaceId, priority, limits: { maxHostCalls: 32, maxHostCallsPerMinute: 1_000_000, ...limits } };
};
const ask = async (name: string): Promise<void> => {
  await (await fetch(`${url}/${name}`)).text();
};
const http = { kind: 'http', signal: never } as const;

describe('under load', () => {
  test('caps of the executor and of a workspace hold, and no place stays empty', async () => {
    const gate = gateOf({ maxUnderWay: 12 });
    const calls = ['a', 'b', 'c'].flatMap((name) =>
      Array.from({ length: 60 }, () => gate.of(tenant(name, { maxHostCalls: 5 })).run(http, () => ask(name))),
    );
    await Promise.all(calls);
    expect(served).toHaveLength(180);
    expect(most.get('all')).toBe(12);
    // Twelve places are four for each; a fifth is left over only now and then.
    for (const name of ['a', 'b', 'c']) expect(most.get(name)).toBeLessThanOrEqual(5);
    const alone = gate.of(tenant('alone', { maxHostCalls: 5 }));
    await Promise.all(Array.from({ length: 20 }, () => alone.run(http, () => ask('alone'))));
    expect(most.get('alone')).toBe(5);
  });

  test('one with hundreds of calls delays the single call of another by no more than one call', async () => {
    const gate = gateOf({ maxUnderWay: 8 });
    const flood = Array.from({ length: 400 }, () => gate.of(tenant('big')).run(http, () => ask('big')));
    await sleep(2 * CALL_MS);
    const since = performance.now();
    await gate.of(tenant('small')).run(http, () => ask('small'));
    const took = performance.now() - since;
    // Its own call, at most one of the other's, and some air for a busy machine.
    expect(took).toBeLessThan(2 * CALL_MS + 150);
    expect(served.length).toBeLessThan(100);
    await Promise.all(flood);
  });

  test('interactive calls go before batch ones', async () => {
    const gate = gateOf({ maxUnderWay: 1 });
    // The first call of all waits for the counter; from then on there is something in hand.
    await gate.of(tenant('w')).run(http, async () => undefined);
    const batch = Array.from({ length: 5 }, () =>
      gate.of(tenant('w', { priority: 'batch' })).run(http, () => ask('batch')),
    );
    await gate.of(tenant('w')).run(http, () => ask('interactive'));
    expect(served.indexOf('interactive')).toBe(1);
    await Promise.all(batch);
  });
});

describe('a call that waits', () => {
  test('gives its place up when it is aborted', async () => {
    const gate = gateOf({ maxUnderWay: 1 });
    const turns = gate.of(tenant('w'));
    const first = turns.run(http, () => ask('first'));
    const controller = new AbortController();
    let wasMade = false;
    const given = turns.run({ kind: 'http', signal: controller.signal }, async () => {
      wasMade = true;
    });
    const last = turns.run(http, () => ask('last'));
    controller.abort(new Error('given up'));
    await expect(given).rejects.toThrow('given up');
    await Promise.all([first, last]);
    expect(wasMade).toBe(false);
    expect(served).toEqual(['first', 'last']);
  });

  test('fails after a while and names the limit', async () => {
    const gate = gateOf({ maxWaitMs: 30 });
    const turns = gate.of(tenant('w', { maxHostCalls: 1 }));
    const first = turns.run(http, () => sleep(100));
    await expect(turns.run(http, async () => undefined)).rejects.toMatchObject({
      data: { code: 'rate_limited', message: expect.stringContaining('workspace limit of 1 calls at once') },
      retryable: true,
    });
    await first;
  });
});

test('a provider that asks for a pause is left alone by all calls with that key, and by no others', async () => {
  const gate = gateOf();
  const turns = gate.of(tenant('w'));
  const source = { id: `key:${randomUUID()}`, name: 'A provider' };
  const begun: number[] = [];
  const since = performance.now();
  const refuse = () => {
    throw new ExecutionError({ code: 'model_rate_limited', message: '429' }, { retryAfterMs: 300 });
  };
  await turns.run({ kind: 'model', signal: never, source }, async () => refuse()).catch(() => undefined);
  const impatient = turns.run({ kind: 'model', signal: never, source, patienceMs: 50 }, async () => undefined);
  await expect(impatient).rejects.toMatchObject({ data: { code: 'model_rate_limited' }, isLasting: true });
  await turns.run({ kind: 'model', signal: never, source: { id: 'other', name: 'Another' } }, async () => undefined);
  expect(performance.now() - since).toBeLessThan(200);
  let together = 0;
  let mostTogether = 0;
  const later = Array.from({ length: 7 }, () =>
    turns.run({ kind: 'model', signal: never, source }, async () => {
      begun.push(performance.now() - since);
      together += 1;
      mostTogether = Math.max(mostTogether, together);
      await sleep(20);
      together -= 1;
    }),
  );
  await Promise.all(later);
  expect(Math.min(...begun)).toBeGreaterThanOrEqual(299);
  // One goes first, then two, then four.
  expect(mostTogether).toBeLessThanOrEqual(4);
});

describe.each([
  { store: 'PostgreSQL', redis: undefined },
  { store: 'Redis', redis: redisUrl },
])('calls per minute, counted in $store', ({ store, redis }) => {
  const hasStore = store === 'PostgreSQL' || redis !== undefined;

  test.runIf(hasStore)('are shared by all executors, exact, and go on in the next window', async () => {
    const prefix = redisPrefix();
    const windowSeconds = 2;
    const counters = [1, 2].map(() => createCallCounter({ prisma, redisUrl: redis, windowSeconds, prefix }));
    const [one, two] = counters.map((counter) => gateOf({ counter }));
    const of = tenant(randomUUID(), { maxHostCalls: 1_000, maxHostCallsPerMinute: 130 });
    let made = 0;
    const calls = Array.from({ length: 200 }, (_, index) =>
      (index % 2 ? one : two)?.of(of).run(http, async () => {
        made += 1;
      }),
    );
    await sleep(900);
    expect(made).toBe(130);
    await Promise.all(calls);
    expect(made).toBe(200);
    for (const counter of counters) await counter.close();
  });

  test.runIf(hasStore)('cost no round trip while they are far away', async () => {
    const counter = createCallCounter({ prisma, redisUrl: redis, windowSeconds: 60, prefix: redisPrefix() });
    let trips = 0;
    const gate = gateOf({
      counter: {
        take: (key, amount) => {
          trips += 1;
          return counter.take(key, amount);
        },
      },
    });
    const turns = gate.of(tenant(randomUUID(), { maxHostCallsPerMinute: 6_000 }));
    await turns.run(http, async () => undefined);
    const since = performance.now();
    for (let index = 0; index < 1_000; index += 1) await turns.run(http, async () => undefined);
    const each = (performance.now() - since) / 1_000;
    expect(trips).toBeLessThanOrEqual(25);
    expect(each).toBeLessThan(0.3);
    await counter.close();
  });
});
