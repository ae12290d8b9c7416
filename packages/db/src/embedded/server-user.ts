import { type ExecFileOptions, execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** PostgreSQL refuses to run as root; a root process starts it as this user. */
export type ServerUser = { name: string; uid: number; gid: number };

/** Where a root process keeps what the server's user must be able to reach. */
const SERVER_ROOT = '/var/lib/agentweaver';

const USER_NAME = 'postgres';

/** The user to start PostgreSQL as; `undefined` when this process may run it itself. */
export const findServerUser = async (): Promise<ServerUser | undefined> => {
  if (process.getuid?.() !== 0) return undefined;
  const found = await lookUp();
  if (found) return found;
  const attempts: [string, string[]][] = [
    ['useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', USER_NAME]],
    ['adduser', ['-S', '-D', '-H', USER_NAME]],
  ];
  for (const [command, args] of attempts) {
    try {
      await run(command, args);
      const created = await lookUp();
      if (created) return created;
    } catch {
      // The next way to make a user.
    }
  }
  throw new Error(
    `PostgreSQL does not run as root, and the user "${USER_NAME}" could not be made. Start as a normal user, or set DATABASE_URL.`,
  );
};

const lookUp = async (): Promise<ServerUser | undefined> => {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', USER_NAME]), run('id', ['-g', USER_NAME])]);
    return { name: USER_NAME, uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return undefined;
  }
};

/** Options for a child that runs as the server's user; `/` because that user may not enter this process's folder. */
export const runAs = (user: ServerUser | undefined): ExecFileOptions & { encoding: 'utf8' } => ({
  encoding: 'utf8',
  cwd: '/',
  env: { ...process.env, LC_ALL: 'C', LC_MESSAGES: 'C', PGDATA: undefined },
  ...(user && { uid: user.uid, gid: user.gid }),
});

/** Whether that user can create files in the folder, every folder above it included. */
export const canWriteTo = async (dir: string, user: ServerUser): Promise<boolean> => {
  try {
    await run('sh', ['-c', 'test -w "$1" && test -x "$1"', 'sh', dir], runAs(user));
    return true;
  } catch {
    return false;
  }
};

export const ensureServerRoot = async (): Promise<string> => {
  await mkdir(SERVER_ROOT, { recursive: true, mode: 0o755 });
  return SERVER_ROOT;
};
