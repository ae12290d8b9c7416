import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createPrisma } from '@agentweaver/db/client';
import { startEmbeddedPostgres } from '@agentweaver/db/embedded-postgres';
import { migrate } from '@agentweaver/db/migrate';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  // biome-ignore lint/style/useConsistentTypeDefinitions: vitest collects it by merging, which only an interface does
  interface ProvidedContext {
    /** The server that tests make their databases on. */
    postgresUrl: string;
    /** Prefix of every database of this run; the migrated one to clone is named exactly so. */
    templateDatabase: string;
  }
}

/** One server and one migrated template database per run; see `createTestDatabase`. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await openServer();
  const template = `agentweaver_test_${randomBytes(4).toString('hex')}`;
  const admin = createPrisma({ databaseUrl: server.url, max: 1 });
  const teardown = async () => {
    const databases = await admin.$queryRaw<{ datname: string }[]>`
      SELECT datname FROM pg_database WHERE datname LIKE ${`${template}%`}`;
    for (const { datname } of databases) await admin.$executeRawUnsafe(`DROP DATABASE ${datname} WITH (FORCE)`);
    await admin.$disconnect();
    await server.close();
  };
  try {
    await admin.$executeRawUnsafe(`CREATE DATABASE ${template}`);
    await migrate(databaseUrlOf(server.url, template));
  } catch (error) {
    await teardown();
    throw error;
  }
  project.provide('postgresUrl', server.url);
  project.provide('templateDatabase', template);
  return teardown;
}

const databaseUrlOf = (serverUrl: string, database: string): string => {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.toString();
};

const openServer = async (): Promise<{ url: string; close: () => Promise<void> }> => {
  if (process.env.DATABASE_URL) return { url: process.env.DATABASE_URL, close: async () => undefined };
  const dataDir = await mkdtemp(path.join(tmpdir(), 'agentweaver-test-postgres-'));
  // Open to the server's user, or its data would go elsewhere.
  await chmod(dataDir, 0o755);
  const server = await startEmbeddedPostgres({ dataDir, temporary: true });
  return { url: server.databaseUrl, close: server.stop };
};
