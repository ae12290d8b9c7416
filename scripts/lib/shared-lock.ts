import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inRoot } from './paths.ts';

const POLL_MS = 300;

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
    if (holder > 0 && !isAlive(holder)) await rm(file, { force: true });
    else if (holder > 0 && !told) {
      told = true;
      onWait(holder);
    }
    await sleep(POLL_MS);
  }
  try {
    return await run();
  } finally {
    await rm(file, { force: true });
  }
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
