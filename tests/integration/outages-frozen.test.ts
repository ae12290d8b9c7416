import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { closing, expectAllCompleted, missing, setUpOutage } from './support/outages/outage-setup.ts';
import { canRunDocker, startOwnDocker } from './support/outages/own-docker.ts';
import { canRunRedis, startOwnRedis } from './support/outages/own-redis.ts';

const FROZEN_MS = 10_000;

/** What is frozen keeps its connections and answers nothing: only a time limit finds out. */
describe('what stands still for a while costs no execution', { timeout: 180_000 }, () => {
  const partsOf = async (url: string): Promise<Record<string, string>> => {
    const { parts } = (await (await fetch(`${url}/ready`)).json()) as { parts: Record<string, string> };
    return parts;
  };

  test.skipIf(!canRunRedis)('Redis', async () => {
    const redis = await startOwnRedis();
    closing(redis, redis.close);
    const { prisma, executor, ids, start } = await setUpOutage({ redisUrl: redis.url });
    redis.freeze();
    const thawed = sleep(FROZEN_MS).then(redis.thaw);
    await expect
      .poll(() => partsOf(executor.url), { timeout: 9_000 })
      .toMatchObject({ queue: 'missing', live: 'missing', database: 'ok', sandbox: 'ok', disk: 'ok' });
    // Starts are taken meanwhile: what the queue did not get is added by a sweep.
    await start();
    await thawed;
    await expectAllCompleted(prisma, ids);
    await expect.poll(() => missing(executor), { timeout: 20_000 }).toMatch(/^200/);
  });

  test('PostgreSQL', async () => {
    const { postgres, prisma, executor, ids } = await setUpOutage({});
    postgres.freeze();
    const thawed = sleep(FROZEN_MS).then(postgres.thaw);
    await expect
      .poll(() => partsOf(executor.url), { timeout: 9_000 })
      .toMatchObject({ database: 'missing', sandbox: 'ok', disk: 'ok' });
    await thawed;
    await expectAllCompleted(prisma, ids);
    await expect.poll(() => missing(executor), { timeout: 30_000 }).toMatch(/^200/);
    const losses = await prisma.execution.findMany({ where: { losses: { gt: 0 } }, select: { id: true } });
    expect(losses).toEqual([]);
  });

  test.skipIf(!canRunDocker)('the Docker engine', async () => {
    const engine = await startOwnDocker();
    closing(engine, engine.close);
    const { prisma, executor, ids } = await setUpOutage({ sandbox: 'docker', env: { DOCKER_HOST: engine.host } });
    engine.freeze();
    const thawed = sleep(FROZEN_MS).then(engine.thaw);
    await expect
      .poll(() => partsOf(executor.url), { timeout: 9_000 })
      .toMatchObject({ sandbox: 'missing', database: 'ok', queue: 'ok', disk: 'ok' });
    await thawed;
    await expectAllCompleted(prisma, ids);
    await expect.poll(() => missing(executor), { timeout: 60_000 }).toMatch(/^200/);
  });
});
