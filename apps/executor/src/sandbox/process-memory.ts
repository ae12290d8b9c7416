import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Memory that a process holds, in bytes; 0 when it is gone or the machine does not tell. */
export const residentBytes = (pid: number | undefined): number => {
  if (pid === undefined) return 0;
  try {
    if (process.platform === 'linux') {
      // `RssAnon` leaves out the binary and shared libraries, which the machine holds once for all.
      const kilobytes = /^RssAnon:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
      return Number(kilobytes ?? 0) * 1024;
    }
    if (process.platform === 'win32') return 0;
    return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) * 1024;
  } catch {
    return 0;
  }
};
