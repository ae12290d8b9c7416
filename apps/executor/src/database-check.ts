import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '@agentweaver/core/errors/to-execution-error';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import { isMigrated } from '@agentweaver/db/migrate';
import type { Logger } from 'pino';
import { DATABASE_RETRY_MS, PART_TIMEOUT_MS } from './tunables.ts';
import { within } from './within.ts';

/** Rejects when the database does not answer in time, or has not been migrated by this version yet. */
export type DatabaseCheck = () => Promise<void>;

export const createDatabaseCheck = ({
  prisma,
  databaseUrl,
}: {
  prisma: PrismaClient;
  databaseUrl: string;
}): DatabaseCheck => {
  let migrated = false;
  return async () => {
    try {
      await within(PART_TIMEOUT_MS, prisma.$queryRaw`SELECT 1`);
    } catch (error) {
      throw new Error('it does not answer.', { cause: error });
    }
    // Nobody takes migrations back.
    migrated ||= await within(PART_TIMEOUT_MS, isMigrated(databaseUrl));
    if (!migrated) throw new Error('its migrations are not applied.');
  };
};

/** A database that starts, or is being migrated, later than its executors is nothing to end for. */
export const waitForDatabase = async (check: DatabaseCheck, logger: Logger): Promise<void> => {
  for (let told = ''; ; ) {
    try {
      return await check();
    } catch (error) {
      const reason = messageOf(error);
      if (reason !== told) logger.warn({ err: error }, 'waiting for the database');
      told = reason;
      await delay(DATABASE_RETRY_MS);
    }
  }
};
