import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createPrisma } from '@agentweaver/db/client';
import { startEmbeddedPostgres } from '@agentweaver/db/embedded-postgres';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const HOLDER = fileURLToPath(new URL('./support/hold-postgres.ts', import.meta.url));

const ask = async (databaseUrl: string, sql: string): Promise<unknown[]> => {
  const prisma = createPrisma({ databaseUrl, max: 1 });
  try {
    return await prisma.$queryRawUnsafe<unknown[]>(sql);
  } finally {
    await prisma.$disconnect();
  }
};

const isUp = (databaseUrl: string): Promise<boolean> =>
  ask(databaseUrl, 'SELECT 1').then(
    () => true,
    () => false,
  );

/** Another process that starts or joins the server; killed without a chance to stop it. */
const startHolder = async (dataDir: string) => {
  const child = spawn(process.execPath, [HOLDER, dataDir], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [chunk] = await once(child.stdout, 'data');
  return {
    databaseUrl: String(chunk).trim(),
    kill: async () => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
};

describe('embedded PostgreSQL', () => {
  let dataDir: string;
  const start = () => startEmbeddedPostgres({ dataDir, temporary: true });
  beforeEach(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'agentweaver-embedded-'));
    await chmod(dataDir, 0o755);
  });
  afterEach(async () => {
    await (await start()).stop();
  });

  it('keeps data and address between starts', async () => {
    const first = await startEmbeddedPostgres({ dataDir });
    await ask(first.databaseUrl, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();
    expect(await isUp(first.databaseUrl)).toBe(false);
    const second = await startEmbeddedPostgres({ dataDir });
    expect(second.databaseUrl).toBe(first.databaseUrl);
    expect(await ask(second.databaseUrl, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    await second.stop();
  });

  it('joins a server whose starter was killed, and then stops it', async () => {
    const holder = await startHolder(dataDir);
    await holder.kill();
    expect(await isUp(holder.databaseUrl)).toBe(true);
    const joined = await startEmbeddedPostgres({ dataDir });
    expect(joined.databaseUrl).toBe(holder.databaseUrl);
    await joined.stop();
    expect(await isUp(holder.databaseUrl)).toBe(false);
  });

  it('leaves the server to whoever else uses it', async () => {
    const holder = await startHolder(dataDir);
    const guest = await startEmbeddedPostgres({ dataDir });
    await guest.stop();
    expect(await isUp(holder.databaseUrl)).toBe(true);
    await holder.kill();
  });

  it('starts after the server itself was killed, and says that it was lost', async () => {
    const first = await startEmbeddedPostgres({ dataDir });
    const rows = await ask(first.databaseUrl, `SELECT current_setting('data_directory') AS dir`);
    const { dir } = rows[0] as { dir: string };
    const pid = Number((await readFile(path.join(dir, 'postmaster.pid'), 'utf8')).split('\n')[0]);
    process.kill(pid, 'SIGKILL');
    expect(await first.lost).toContain('ready to accept connections');
    const second = await startEmbeddedPostgres({ dataDir });
    expect(await isUp(second.databaseUrl)).toBe(true);
    await second.stop();
    await first.stop();
  });

  it('ignores a lock file whose process id belongs to another program', async () => {
    const first = await startEmbeddedPostgres({ dataDir });
    const rows = await ask(first.databaseUrl, `SELECT current_setting('data_directory') AS dir`);
    const { dir } = rows[0] as { dir: string };
    const pidFile = path.join(dir, 'postmaster.pid');
    const left = await readFile(pidFile, 'utf8');
    await first.stop();
    await writeFile(pidFile, left.replace(/^\d+/, String(process.pid)));
    const second = await startEmbeddedPostgres({ dataDir });
    expect(await isUp(second.databaseUrl)).toBe(true);
    await second.stop();
  });

  it('makes one cluster when two start on an empty folder at once', async () => {
    const [one, two] = await Promise.all([startEmbeddedPostgres({ dataDir }), startEmbeddedPostgres({ dataDir })]);
    expect(one.databaseUrl).toBe(two.databaseUrl);
    await Promise.all([one.stop(), two.stop()]);
    expect(await isUp(one.databaseUrl)).toBe(false);
  });

  it.runIf(process.getuid?.() === 0)('works in a folder that the server’s user cannot enter', async () => {
    await chmod(dataDir, 0o700);
    const server = await startEmbeddedPostgres({ dataDir });
    expect(server.logFile.startsWith(dataDir)).toBe(false);
    expect(await isUp(server.databaseUrl)).toBe(true);
    await server.stop();
  });
});
