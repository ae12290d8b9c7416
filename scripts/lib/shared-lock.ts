import { mkdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inRoot } from './paths.ts';

const POLL_MS = 300;
const REFRESH_MS = 5_000;
/** A lock this old is nobody's: its process's number may have gone to another one, after a restart of the machine. */
const STALE_MS = 60_000;

/**
 * One holder per checkout: two copies that start at once must not build into the same folder. A lock
 * whose process is gone is taken over.
 */
export const withSharedLock = async <T>(
  name: string,
  run: () => Promise<T>,
  onWait: (pid: number) => void,
): Promise<T> => {
  const file = inRoot('node_modules/.cache/agentweaver', `${name}.lock`);
  await mkdir(path.dirname(file), { recursive: true });
  let told = false;
  for (;;) {
    try {
      await writeFile(file, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (!isErrno(error, 'EEXIST')) throw error;
    }
    const holder = Number(await readFile(file, 'utf8').catch(() => ''));
    // An empty file belongs to somebody who is about to write the number.
    if (holder > 0 && !(await isHeld(file, holder))) await rm(file, { force: true });
    else if (holder > 0 && !told) {
      told = true;
      onWait(holder);
    }
    await sleep(POLL_MS);
  }
  const letGo = keepFresh(file);
  try {
    return await run();
  } finally {
    letGo();
    await rm(file, { force: true });
  }
};

/** Shows that the process behind a lock file still runs, until the returned function is called or the process ends. */
export const keepFresh = (file: string): (() => void) => {
  const refresh = () => {
    const now = new Date();
    utimes(file, now, now).catch(() => undefined);
  };
  const timer = setInterval(refresh, REFRESH_MS);
  timer.unref();
  return () => clearInterval(timer);
};

/** Whether the process that a lock file names runs, and has kept the file fresh. */
export const isHeld = async (file: string, pid: number): Promise<boolean> => {
  if (!isAlive(pid)) return false;
  const stats = await stat(file).catch(() => undefined);
  return stats !== undefined && Date.now() - stats.mtimeMs < STALE_MS;
};

export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isErrno(error, 'EPERM');
  }
};

export const isErrno = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;
