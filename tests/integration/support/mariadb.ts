import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createConnection } from 'mysql2/promise';
import { freePort } from './free-port.ts';

const run = promisify(execFile);
const START_MS = 30_000;

/** Debian keeps servers out of the path of ordinary users. */
const findServer = (): string | undefined =>
  [...(process.env.PATH ?? '').split(':'), '/usr/sbin'].map((folder) => path.join(folder, 'mariadbd')).find(existsSync);

/** With `CI=true` nothing is left out, so it is always there, and tests fail instead. */
export const hasMariadb = process.env.CI === 'true' || findServer() !== undefined;

export type TestMariadb = {
  port: number;
  /** As an administrator. */
  execute: (sql: string) => Promise<unknown>;
  close: () => Promise<void>;
};

/** A real MariaDB on a data folder of its own, with a database `shop` and a user `clerk` (password `clerk-password`). */
export const startMariadb = async (): Promise<TestMariadb> => {
  const server = findServer() ?? 'mariadbd';
  const folder = await mkdtemp(path.join(tmpdir(), 'agentweaver-test-mariadb-'));
  await chmod(folder, 0o755);
  const data = path.join(folder, 'data');
  const asRoot = process.getuid?.() === 0 ? ['--user=root'] : [];
  const plain = ['--no-defaults', `--datadir=${data}`, ...asRoot];
  await run('mariadb-install-db', [...plain, '--auth-root-authentication-method=normal', '--skip-test-db']);
  const [key, certificate] = [path.join(folder, 'key.pem'), path.join(folder, 'certificate.pem')];
  const subject = ['-subj', '/CN=mariadb.test', '-days', '2'];
  await run('openssl', [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    ...subject,
    '-keyout',
    key,
    '-out',
    certificate,
  ]);
  const port = await freePort();
  const child = spawn(
    server,
    [
      ...plain,
      '--bind-address=127.0.0.1',
      `--port=${port}`,
      `--socket=${path.join(folder, 'socket')}`,
      `--pid-file=${path.join(folder, 'pid')}`,
      '--skip-name-resolve',
      '--innodb-flush-log-at-trx-commit=0',
      '--skip-log-bin',
      `--ssl-key=${key}`,
      `--ssl-cert=${certificate}`,
    ],
    { stdio: 'ignore' },
  );
  const connection = await connect(child, port);
  const execute = (sql: string) => connection.query(sql);
  await execute('CREATE DATABASE shop');
  await execute('USE shop');
  await execute("CREATE USER clerk@'127.0.0.1' IDENTIFIED BY 'clerk-password'");
  await execute("GRANT ALL ON shop.* TO clerk@'127.0.0.1'");
  return {
    port,
    execute,
    close: async () => {
      await connection.end();
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
};

const connect = async (child: ChildProcess, port: number) => {
  const deadline = Date.now() + START_MS;
  for (;;) {
    try {
      return await createConnection({ host: '127.0.0.1', port, user: 'root' });
    } catch (error) {
      if (child.exitCode !== null || Date.now() > deadline) throw error;
      await sleep(50);
    }
  }
};
