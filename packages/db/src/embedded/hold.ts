import pg from 'pg';

/** Any number; the same in every copy of the program. */
const HOLD_LOCK = 4_207_301;

/**
 * One process's claim on a running server. It is a shared advisory lock, so that it ends
 * with the process however that ends; whoever gets the lock exclusively was the last.
 */
export type Hold = {
  ensureDatabase: (name: string) => Promise<void>;
  /** Resolves when the connection is gone, by `release` or because the server is. */
  lost: Promise<void>;
  /** True when nobody else holds the server: the caller shuts it down. */
  release: () => Promise<boolean>;
};

/** `undefined` when no server answers, or it is on its way down. */
export const holdServer = async (adminUrl: string): Promise<Hold | undefined> => {
  const client = new pg.Client({ connectionString: adminUrl, connectionTimeoutMillis: 5_000, keepAlive: true });
  let ended = () => {};
  const lost = new Promise<void>((resolve) => {
    ended = resolve;
  });
  client.on('error', () => ended());
  client.on('end', () => ended());
  try {
    await client.connect();
    await client.query('SELECT pg_advisory_lock_shared($1)', [HOLD_LOCK]);
  } catch {
    await client.end().catch(() => undefined);
    return undefined;
  }
  return {
    lost,
    ensureDatabase: async (name) => {
      const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
      if (rowCount) return;
      await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`).catch((error: unknown) => {
        // Another holder made it between the two statements.
        const code = error instanceof Error && 'code' in error ? error.code : undefined;
        if (code !== '42P04' && code !== '23505') throw error;
      });
    },
    release: async () => {
      try {
        await client.query('SELECT pg_advisory_unlock_shared($1)', [HOLD_LOCK]);
        const { rows } = await client.query<{ last: boolean }>('SELECT pg_try_advisory_lock($1) AS last', [HOLD_LOCK]);
        // Connected till the server goes down: a starter that comes now waits for this lock instead of joining.
        if (rows[0]?.last) return true;
        await client.end();
        return false;
      } catch {
        return false;
      }
    },
  };
};
