import { migrate } from '@agentweaver/db/migrate';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { GET as live } from '../../apps/web/src/app/api/health/live/route.ts';
import { GET as ready } from '../../apps/web/src/app/api/health/route.ts';
import { closeServices } from '../../apps/web/src/server/services.ts';
import { createTestDatabase } from './support/database.ts';
import { canRunRedis, type OwnRedis, startOwnRedis } from './support/outages/own-redis.ts';
import { openWeb, type WebUnderTest } from './support/web.ts';

let web: WebUnderTest;
let redis: OwnRedis | undefined;
let databaseUrl: string;
let drop: () => Promise<void>;
beforeAll(async () => {
  web = await openWeb();
  const empty = await createTestDatabase({ empty: true });
  ({ databaseUrl, drop } = empty);
  redis = canRunRedis ? await startOwnRedis() : undefined;
  Object.assign(process.env, { DATABASE_URL: databaseUrl, ...(redis ? { REDIS_URL: redis.url } : {}) });
});
afterAll(async () => {
  await closeServices();
  await redis?.close();
  delete process.env.REDIS_URL;
  await drop();
  await web.close();
});

const answerOf = async (get: () => Response | Promise<Response>) => {
  const response = await get();
  return { status: response.status, body: await response.json() };
};

test('a process is live whatever is away, and ready when nothing is', { timeout: 60_000 }, async () => {
  expect(await answerOf(ready)).toEqual({
    status: 503,
    body: { status: 'unavailable', database: 'ok', migrations: 'missing', queue: 'ok' },
  });
  expect(await answerOf(live)).toEqual({ status: 200, body: { status: 'ok' } });

  await migrate(databaseUrl);
  const all = { status: 'ok', database: 'ok', migrations: 'ok', queue: 'ok' };
  expect(await answerOf(ready)).toEqual({ status: 200, body: all });

  if (redis) {
    await redis.kill();
    await expect
      .poll(() => answerOf(ready), { timeout: 10_000 })
      .toEqual({ status: 503, body: { ...all, status: 'unavailable', queue: 'down' } });
    expect((await answerOf(live)).status).toBe(200);
    await redis.restart();
    await expect.poll(() => answerOf(ready), { timeout: 10_000 }).toEqual({ status: 200, body: all });
  }

  await drop();
  expect(await answerOf(ready)).toMatchObject({ status: 503, body: { database: 'down', migrations: 'ok' } });
  expect((await answerOf(live)).status).toBe(200);
});
