import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

export const MIGRATIONS_DIR = fileURLToPath(new URL('../prisma/migrations/', import.meta.url));

/** Not the number of Prisma's own migration lock, so that the two tools do not wait for each other by accident. */
const MIGRATION_LOCK = 4_207_302;

/** Prisma's own table, so that `prisma migrate deploy` takes over where this left off. */
const CREATE_TABLE = `
  CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id                  VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum            VARCHAR(64) NOT NULL,
    finished_at         TIMESTAMPTZ,
    migration_name      VARCHAR(255) NOT NULL,
    logs                TEXT,
    rolled_back_at      TIMESTAMPTZ,
    started_at          TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count INTEGER NOT NULL DEFAULT 0
  )`;

export type MigrateOptions = { onProgress?: (message: string) => void };

/**
 * Brings the database up to this checkout's migrations; returns the names it applied.
 * Each migration is one transaction. Of several processes that start at once, one migrates and the others wait.
 * Throws an `Error` when a migration fails, or when the database is newer than this checkout.
 */
export const migrate = (databaseUrl: string, options: MigrateOptions = {}): Promise<string[]> =>
  withClient(databaseUrl, async (client) => {
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await client.query(CREATE_TABLE);
    const [names, applied] = [await listMigrations(), await readApplied(client)];
    const unknown = applied.filter((name) => !names.includes(name));
    if (unknown.length > 0) {
      throw new Error(
        `The database has migrations that this version does not know (${unknown.join(', ')}). Update AgentWeaver.`,
      );
    }
    const pending = names.filter((name) => !applied.includes(name));
    for (const name of pending) {
      options.onProgress?.(`applying migration ${name}`);
      await apply(client, name);
    }
    return pending;
  });

/** Whether the database has every migration of this checkout: for readiness checks. */
export const isMigrated = (databaseUrl: string): Promise<boolean> =>
  withClient(databaseUrl, async (client) => {
    const { rows } = await client.query<{ found: boolean }>(
      `SELECT to_regclass('_prisma_migrations') IS NOT NULL AS found`,
    );
    if (!rows[0]?.found) return false;
    const [names, applied] = [await listMigrations(), await readApplied(client)];
    return names.every((name) => applied.includes(name));
  });

const withClient = async <T>(databaseUrl: string, use: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000, keepAlive: true });
  // A lost connection also fails the query that waits on it, which reports it.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
};

/** Oldest first: names start with their time. */
const listMigrations = async (): Promise<string[]> => {
  const entries = await readdir(MIGRATIONS_DIR, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
};

const readApplied = async (client: pg.Client): Promise<string[]> => {
  const { rows } = await client.query<{ migration_name: string; finished_at: Date | null }>(
    'SELECT migration_name, finished_at FROM _prisma_migrations WHERE rolled_back_at IS NULL',
  );
  const broken = rows.find((row) => row.finished_at === null);
  if (broken) {
    throw new Error(
      `Migration ${broken.migration_name} failed half-way with another tool. Repair the database, then use "prisma migrate resolve".`,
    );
  }
  return rows.map((row) => row.migration_name);
};

const apply = async (client: pg.Client, name: string): Promise<void> => {
  const sql = await readFile(path.join(MIGRATIONS_DIR, name, 'migration.sql'), 'utf8');
  const checksum = createHash('sha256').update(sql).digest('hex');
  await client.query('BEGIN');
  try {
    await client.query(sql);
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, now(), clock_timestamp(), 1)`,
      [randomUUID(), checksum, name],
    );
    await client.query('COMMIT');
  } catch (cause) {
    await client.query('ROLLBACK');
    throw new Error(`Migration ${name} failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
};
