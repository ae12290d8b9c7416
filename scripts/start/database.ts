import path from 'node:path';
import { step } from '../lib/progress.ts';
import { StopError } from '../lib/stop-error.ts';
import type { StartSettings } from './settings.ts';

export type Database = {
  databaseUrl: string;
  /** For the closing summary. */
  description: string;
  /** Resolves with the log's end when an embedded server goes away by itself; never for a server of the operator's. */
  lost: Promise<string>;
  stop: () => Promise<void>;
};

/** The operator's server when `DATABASE_URL` names one, else PostgreSQL from npm on the data folder. */
export const openDatabase = (settings: StartSettings): Promise<Database> =>
  step('PostgreSQL', async ({ detail, note }) => {
    if (settings.databaseUrl) {
      const { host, pathname } = new URL(settings.databaseUrl);
      note(`DATABASE_URL, ${host}`);
      return {
        databaseUrl: settings.databaseUrl,
        description: `PostgreSQL at ${host}${pathname} (DATABASE_URL)`,
        lost: new Promise<string>(() => undefined),
        stop: async () => undefined,
      };
    }
    const { startEmbeddedPostgres } = await import('@agentweaver/db/embedded-postgres');
    const server = await startEmbeddedPostgres({
      dataDir: path.join(settings.dataDir, 'postgres'),
      onProgress: detail,
    });
    note(`embedded, port ${server.port}`);
    return {
      databaseUrl: server.databaseUrl,
      description: `PostgreSQL 18, embedded (127.0.0.1:${server.port})`,
      lost: server.lost,
      stop: server.stop,
    };
  });

export const migrateDatabase = (databaseUrl: string): Promise<void> =>
  step('Database tables', async ({ detail, note }) => {
    const { migrate } = await import('@agentweaver/db/migrate');
    try {
      const applied = await migrate(databaseUrl, { onProgress: detail });
      note(applied.length > 0 ? `${applied.length} migrations` : 'up to date');
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new StopError(`The database could not be prepared: ${reason}`);
    }
  });
