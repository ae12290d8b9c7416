import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chown, mkdtemp, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type Binaries, findBinaries } from './embedded/binaries.ts';
import {
  type Cluster,
  isInitialised,
  openCluster,
  readLogTail,
  readPidFile,
  removePidFile,
  savePort,
} from './embedded/cluster.ts';
import { type Hold, holdServer } from './embedded/hold.ts';
import { findFreePort, isPostgresProcess } from './embedded/process-check.ts';
import { findServerUser, runAs, type ServerUser } from './embedded/server-user.ts';

const run = promisify(execFile);

const SUPERUSER = 'agentweaver';
const DATABASE = 'agentweaver';
const START_TIMEOUT_S = 60;
const STOP_TIMEOUT_S = 30;
const MAX_LOG_BYTES = 10 * 1024 * 1024;

export type EmbeddedPostgresOptions = {
  /** Kept between starts. Deleting it deletes the database. */
  dataDir: string;
  /** Exactly this port; without it the port of the last start when free, else any free one. */
  port?: number;
  /** For tests: faster because it does not outlive a power loss, and deleted by `stop`. */
  temporary?: boolean;
  onProgress?: (message: string) => void;
};

export type EmbeddedPostgres = {
  databaseUrl: string;
  port: number;
  /** The server's own log. */
  logFile: string;
  /** Resolves with the log's tail when the server goes away without `stop`. */
  lost: Promise<string>;
  /** Lets go of the server; the last holder of the data folder shuts it down. Safe to call twice. */
  stop: () => Promise<void>;
};

/**
 * Starts PostgreSQL on a data folder, or joins the server that already runs there (another
 * copy of the program, or one that outlived a killed parent).
 * Throws an `Error` with the server's log when it does not come up.
 */
export const startEmbeddedPostgres = async (options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> => {
  const user = await findServerUser();
  const binaries = await findBinaries(user);
  const cluster = await openCluster(path.resolve(options.dataDir), user);
  if (!(await isInitialised(cluster))) {
    options.onProgress?.('creating the database cluster');
    await initialise(cluster, binaries, user);
  }
  const { hold, port } = await joinOrStart(cluster, binaries, user, options);
  await hold.ensureDatabase(DATABASE);
  if (port !== cluster.port) await savePort(cluster, port);

  let stopped: Promise<void> | undefined;
  const lost = new Promise<string>((resolve) => {
    void hold.lost.then(async () => {
      if (!stopped) resolve(await readLogTail(cluster));
    });
  });
  const stop = async () => {
    if (!(await hold.release())) return;
    await shutDown(cluster, binaries, user);
    if (options.temporary) {
      await Promise.all(
        [cluster.dir, path.resolve(options.dataDir)].map((dir) => rm(dir, { recursive: true, force: true })),
      );
    }
  };
  return {
    databaseUrl: urlOf(cluster, port, DATABASE),
    port,
    logFile: cluster.logFile,
    lost,
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
};

const urlOf = (cluster: Cluster, port: number, database: string): string =>
  `postgresql://${SUPERUSER}:${cluster.password}@127.0.0.1:${port}/${database}`;

/** Into a folder of its own, then moved: neither a crash nor a second starter leaves half a cluster. */
const initialise = async (cluster: Cluster, binaries: Binaries, user: ServerUser | undefined): Promise<void> => {
  const fresh = path.join(cluster.dir, `initialising-${randomUUID()}`);
  const passwordDir = await mkdtemp(path.join(tmpdir(), 'agentweaver-'));
  const passwordFile = path.join(passwordDir, 'password');
  try {
    await writeFile(passwordFile, `${cluster.password}\n`, { mode: 0o600 });
    if (user) {
      await chown(passwordDir, user.uid, user.gid);
      await chown(passwordFile, user.uid, user.gid);
    }
    await run(
      binaries.initdb,
      [
        `--pgdata=${fresh}`,
        `--username=${SUPERUSER}`,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        // The built-in provider sorts and folds case the same on every platform.
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--locale=C',
      ],
      runAs(user),
    );
    await rename(fresh, cluster.dataDir).catch(async (error: unknown) => {
      if (!(await isInitialised(cluster))) throw error;
    });
  } finally {
    await Promise.all([fresh, passwordDir].map((dir) => rm(dir, { recursive: true, force: true })));
  }
};

type Joined = { hold: Hold; port: number };

const joinOrStart = async (
  cluster: Cluster,
  binaries: Binaries,
  user: ServerUser | undefined,
  options: EmbeddedPostgresOptions,
): Promise<Joined> => {
  const deadline = Date.now() + START_TIMEOUT_S * 1_000;
  let failure: unknown;
  while (Date.now() < deadline) {
    const joined = await joinRunning(cluster);
    if (joined) {
      if (options.port === undefined || options.port === joined.port) return joined;
      await joined.hold.release();
      throw new Error(
        `A PostgreSQL server already runs on ${cluster.dataDir}, at port ${joined.port} instead of ${options.port}.`,
      );
    }
    const pidFile = await readPidFile(cluster);
    if (pidFile && (await isPostgresProcess(pidFile.pid))) {
      // Starting up or shutting down; look again.
      await sleep(200);
      continue;
    }
    if (pidFile) await removePidFile(cluster);
    options.onProgress?.('starting PostgreSQL');
    try {
      await start(cluster, binaries, user, options);
    } catch (error) {
      // Lost a race for the port or the folder, or left-over processes of a killed server hold its shared memory.
      failure = error;
      const log = await readLogTail(cluster);
      if (!/already in use|in use|already exists|lock file/i.test(log)) break;
      if (options.port !== undefined && /could not bind/i.test(log)) break;
      await sleep(500);
    }
  }
  throw new Error(`PostgreSQL did not start. Its log (${cluster.logFile}) ends with:\n${await readLogTail(cluster)}`, {
    cause: failure,
  });
};

const joinRunning = async (cluster: Cluster): Promise<Joined | undefined> => {
  const pidFile = await readPidFile(cluster);
  if (!pidFile?.port || !(await isPostgresProcess(pidFile.pid))) return undefined;
  const hold = await holdServer(urlOf(cluster, pidFile.port, 'postgres'));
  return hold && { hold, port: pidFile.port };
};

const start = async (
  cluster: Cluster,
  binaries: Binaries,
  user: ServerUser | undefined,
  options: EmbeddedPostgresOptions,
): Promise<void> => {
  const logSize = await stat(cluster.logFile).then(
    (stats) => stats.size,
    () => 0,
  );
  if (logSize > MAX_LOG_BYTES) await truncate(cluster.logFile);
  const port = options.port ?? (await findFreePort(cluster.port));
  const settings: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '300',
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...(options.temporary && { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  const flags = Object.entries(settings).map(([name, value]) => `-c ${name}='${value}'`);
  // pg_ctl puts the server into a session of its own: Ctrl-C in a terminal reaches us, not the server.
  await run(
    binaries.pgCtl,
    [
      'start',
      '-w',
      '-t',
      String(START_TIMEOUT_S),
      '-D',
      cluster.dataDir,
      '-l',
      cluster.logFile,
      '-o',
      `-p ${port} ${flags.join(' ')}`,
    ],
    runAs(user),
  );
};

const shutDown = async (cluster: Cluster, binaries: Binaries, user: ServerUser | undefined): Promise<void> => {
  const stop = (mode: string) =>
    run(binaries.pgCtl, ['stop', '-w', '-t', String(STOP_TIMEOUT_S), '-m', mode, '-D', cluster.dataDir], runAs(user));
  try {
    await stop('fast');
  } catch (error) {
    const pidFile = await readPidFile(cluster);
    if (!pidFile || !(await isPostgresProcess(pidFile.pid))) return;
    await stop('immediate').catch(() => {
      throw error;
    });
  }
};
