import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createPrisma } from '@agentweaver/db/client';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@agentweaver/db/embedded-postgres';
import { migrate } from '@agentweaver/db/migrate';
import { isAlive, parentOf, signal, withChildren } from './processes.ts';

/** A PostgreSQL server of one test, migrated, to be killed and frozen. */
export type OwnPostgres = {
  databaseUrl: string;
  /** The whole server at once, as a crash would. */
  kill: () => Promise<void>;
  restart: () => Promise<void>;
  /** Every process of it stops, with its connections open. */
  freeze: () => void;
  thaw: () => void;
  /** Ends the connections of everybody else with a command of the administrator. */
  terminateConnections: () => Promise<number>;
  close: () => Promise<void>;
};

export const startOwnPostgres = async ({ dataDir: given }: { dataDir?: string } = {}): Promise<OwnPostgres> => {
  const dataDir = given ?? (await mkdtemp(path.join(tmpdir(), 'agentweaver-own-postgres-')));
  await mkdir(dataDir, { recursive: true });
  // Open to the server's user, or its data would go elsewhere.
  await chmod(dataDir, 0o755);
  let server = await startEmbeddedPostgres({ dataDir });
  const { databaseUrl, port } = server;
  await migrate(databaseUrl);
  let postmaster = await readPostmaster(server);

  return {
    databaseUrl,
    kill: async () => {
      // The server's other processes notice that it is gone and leave.
      const all = withChildren(postmaster);
      for (const pid of all) signal(pid, 'SIGKILL');
      while (all.some(isAlive)) await sleep(20);
    },
    restart: async () => {
      server = await startEmbeddedPostgres({ dataDir, port });
      postmaster = await readPostmaster(server);
    },
    freeze: () => {
      // First the one that starts others.
      for (const pid of withChildren(postmaster)) signal(pid, 'SIGSTOP');
    },
    thaw: () => {
      for (const pid of withChildren(postmaster)) signal(pid, 'SIGCONT');
    },
    terminateConnections: async () => {
      const prisma = createPrisma({ databaseUrl, max: 1 });
      try {
        return await prisma.$executeRaw`
          SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE pid <> pg_backend_pid() AND backend_type = 'client backend' AND application_name <> ''`;
      } finally {
        await prisma.$disconnect();
      }
    },
    close: async () => {
      for (const pid of withChildren(postmaster)) signal(pid, 'SIGCONT');
      await server.stop();
      await rm(dataDir, { recursive: true, force: true }).catch(() => undefined);
    },
  };
};

const readPostmaster = async (server: EmbeddedPostgres): Promise<number> => {
  const prisma = createPrisma({ databaseUrl: server.databaseUrl, max: 1 });
  try {
    const rows = await prisma.$queryRaw<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`;
    return parentOf(rows[0]?.pid ?? 0);
  } finally {
    await prisma.$disconnect();
  }
};
