import { createPrisma } from '@agentweaver/db/client';
import { isDatabaseTrouble } from '@agentweaver/db/database-trouble';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import { createLiveChannel } from '@agentweaver/db/live-channel';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type OwnPostgres, startOwnPostgres } from './support/outages/own-postgres.ts';

const STATEMENT_MS = 1_000;
/** The server's own limit, a moment for it to say so, and one for the answer to get here. */
const LIMIT_MS = STATEMENT_MS + 5_000;

let postgres: OwnPostgres;
let prisma: PrismaClient;
beforeAll(async () => {
  postgres = await startOwnPostgres();
  prisma = createPrisma({ databaseUrl: postgres.databaseUrl, max: 3, statementTimeoutMs: STATEMENT_MS });
});
afterEach(() => postgres.thaw());
afterAll(async () => {
  await prisma.$disconnect();
  await postgres.close();
});

const failureOf = async (work: Promise<unknown>): Promise<{ ms: number; error: unknown }> => {
  const since = performance.now();
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { ms: performance.now() - since, error };
};

describe('a database that does not answer', () => {
  test('because it is frozen holds nobody for ever, and is used again when it is back', async () => {
    await prisma.$queryRaw`SELECT 1`;
    postgres.freeze();
    const [single, inTransaction] = await Promise.all([
      failureOf(prisma.$queryRaw`SELECT 1`),
      failureOf(prisma.$transaction((tx) => tx.$queryRaw`SELECT 1`)),
    ]);
    for (const { ms, error } of [single, inTransaction]) {
      expect(isDatabaseTrouble(error), String(error)).toBe(true);
      expect(ms).toBeLessThan(2 * LIMIT_MS);
    }
    postgres.thaw();
    await expect
      .poll(() => prisma.$transaction((tx) => tx.$queryRaw`SELECT 7 AS seven`), { timeout: 20_000 })
      .toEqual([{ seven: 7 }]);
  });

  test('to one statement for long ends that one', async () => {
    const { ms, error } = await failureOf(prisma.$queryRaw`SELECT pg_sleep(30)::text`);
    expect(String(error)).toMatch(/statement timeout/);
    expect(ms).toBeLessThan(LIMIT_MS);
    expect(await prisma.$queryRaw`SELECT 1 AS one`).toEqual([{ one: 1 }]);
  });

  test('does not hold up whoever only wakes readers', { timeout: 40_000 }, async () => {
    const live = createLiveChannel({ databaseUrl: postgres.databaseUrl });
    try {
      await live.publish('any', { type: 'events', lastSeq: 1 });
      postgres.freeze();
      expect((await failureOf(live.publish('any', { type: 'events', lastSeq: 2 }))).error).toBeInstanceOf(Error);
      postgres.thaw();
      await expect
        .poll(() => live.publish('any', { type: 'events', lastSeq: 3 }).then(() => 'sent', String), { timeout: 20_000 })
        .toBe('sent');
    } finally {
      await live.close();
    }
  });
});
