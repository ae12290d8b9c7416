import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createPrisma } from '@agentweaver/db/client';
import { inject } from 'vitest';

export type TestDatabase = {
  databaseUrl: string;
  /** Closes every connection to it and deletes it. What a test forgets, the end of the run deletes. */
  drop: () => Promise<void>;
};

/** A migrated database of its own, cloned from the run's template in a few milliseconds. `empty` skips the template. */
export const createTestDatabase = async (options: { empty?: boolean } = {}): Promise<TestDatabase> => {
  const template = inject('templateDatabase');
  const name = `${template}_${randomBytes(4).toString('hex')}`;
  await administer(async (execute) => {
    const source = options.empty ? 'template0' : template;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await execute(`CREATE DATABASE ${name} TEMPLATE ${source}`);
      } catch (error) {
        // PostgreSQL refuses while anybody, such as its own autovacuum, looks at the template.
        if (attempt === 50 || !String(error).includes('being accessed by other users')) throw error;
        await sleep(100);
      }
    }
  });
  const url = new URL(inject('postgresUrl'));
  url.pathname = `/${name}`;
  return {
    databaseUrl: url.toString(),
    drop: () => administer((execute) => execute(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)),
  };
};

const administer = async (work: (execute: (sql: string) => Promise<unknown>) => Promise<unknown>): Promise<void> => {
  const admin = createPrisma({ databaseUrl: inject('postgresUrl'), max: 1 });
  try {
    await work((sql) => admin.$executeRawUnsafe(sql));
  } finally {
    await admin.$disconnect();
  }
};
