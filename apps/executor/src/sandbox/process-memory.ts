import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Deeper than any wrapper is; a cycle cannot be, but a number may be given anew while this looks. */
const MAX_DEPTH = 8;

/** Memory that a process and those below it hold, in bytes; 0 when it is gone or the machine does not tell. */
export const residentBytes = (pid: number | undefined): number => {
  if (pid === undefined) return 0;
  if (process.platform === 'linux') {
    return processTree(pid).reduce((sum, one) => sum + ownBytes(one), 0);
  }
  if (process.platform === 'win32') return 0;
  try {
    return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) * 1024;
  } catch {
    return 0;
  }
};

const ownBytes = (pid: number): number => {
  try {
    // `RssAnon` leaves out the binary and shared libraries, which the machine holds once for all.
    const kilobytes = /^RssAnon:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Number(kilobytes ?? 0) * 1024;
  } catch {
    return 0;
  }
};

/** The process and everything that it started, on Linux. */
const processTree = (pid: number, depth = 0): number[] => {
  if (depth > MAX_DEPTH) return [pid];
  return [pid, ...childrenOf(pid).flatMap((child) => processTree(child, depth + 1))];
};

const childrenOf = (pid: number): number[] => {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
};

/** Every thread of the process and of those below it: priorities are a thread's own. */
export const threadsOf = (pid: number): number[] =>
  processTree(pid).flatMap((one) => {
    try {
      return readdirSync(`/proc/${one}/task`).map(Number);
    } catch {
      return [];
    }
  });
