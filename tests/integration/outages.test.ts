import { describe, expect, test } from 'vitest';
import { closing, expectAllCompleted, missing, setUpOutage } from './support/outages/outage-setup.ts';
import { canRunDocker, startOwnDocker } from './support/outages/own-docker.ts';
import { canRunRedis, startOwnRedis } from './support/outages/own-redis.ts';

describe('an outage costs no execution', { timeout: 180_000 }, () => {
  test.skipIf(!canRunRedis)('of Redis, which comes back empty', async () => {
    const redis = await startOwnRedis();
    closing(redis, redis.close);
    const { prisma, executor, ids } = await setUpOutage({ redisUrl: redis.url });
    await redis.kill();
    await expect.poll(() => missing(executor), { timeout: 20_000 }).toMatch(/^503 .*(queue|Redis)/i);
    await redis.restart({ empty: true });
    await expectAllCompleted(prisma, ids);
    await expect.poll(() => missing(executor), { timeout: 20_000 }).toMatch(/^200/);
  });

  test('of PostgreSQL, killed under running executions', async () => {
    const { postgres, prisma, executor, ids } = await setUpOutage({});
    await postgres.kill();
    await expect.poll(() => missing(executor), { timeout: 20_000 }).toMatch(/^503 .*database/i);
    await postgres.restart();
    await expectAllCompleted(prisma, ids);
    await expect.poll(() => missing(executor), { timeout: 30_000 }).toMatch(/^200/);
  });

  test('of connections to PostgreSQL', async () => {
    const { postgres, prisma, ids } = await setUpOutage({});
    expect(await postgres.terminateConnections()).toBeGreaterThan(0);
    await expectAllCompleted(prisma, ids);
  });

  for (const how of ['stop', 'kill'] as const)
    test.skipIf(!canRunDocker)(`of the Docker engine: ${how}, and started again`, async () => {
      const engine = await startOwnDocker();
      closing(engine, engine.close);
      const { prisma, executor, ids } = await setUpOutage({ sandbox: 'docker', env: { DOCKER_HOST: engine.host } });
      await engine[how]();
      await expect.poll(() => missing(executor), { timeout: 30_000 }).toMatch(/^503 .*(Docker|sandbox|engine)/i);
      await engine.restart();
      await expectAllCompleted(prisma, ids);
      await expect.poll(() => missing(executor), { timeout: 60_000 }).toMatch(/^200/);
    });
});
