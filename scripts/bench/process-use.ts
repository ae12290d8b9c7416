import { readFile } from 'node:fs/promises';

/** `cpuMs`: since the start, with children that have ended; `rssMb`: now. Not a number where /proc is missing. */
export type ProcessUse = { cpuMs: number; rssMb: number };

const UNKNOWN: ProcessUse = { cpuMs: Number.NaN, rssMb: Number.NaN };
/** Linux counts in 1/100 s, wherever Node runs. */
const TICK_MS = 10;
/** Fields of /proc/<pid>/stat after the name in brackets. */
const FIELDS = { utime: 11, stime: 12, childUtime: 13, childStime: 14, rssPages: 21 };
const PAGE_MB = 4_096 / 1024 / 1024;

/** What a process and those below it take. */
export const readTree = async (pid: number | undefined): Promise<ProcessUse> => {
  if (!pid) return UNKNOWN;
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (!stat) return UNKNOWN;
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const at = (name: keyof typeof FIELDS) => fields[FIELDS[name]] ?? Number.NaN;
  const own: ProcessUse = {
    cpuMs: (at('utime') + at('stime') + at('childUtime') + at('childStime')) * TICK_MS,
    rssMb: at('rssPages') * PAGE_MB,
  };
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '')).trim();
  const below = await Promise.all(
    children
      .split(' ')
      .filter(Boolean)
      .map((child) => readTree(Number(child))),
  );
  return below.reduce(
    (sum, use) => (Number.isNaN(use.cpuMs) ? sum : { cpuMs: sum.cpuMs + use.cpuMs, rssMb: sum.rssMb + use.rssMb }),
    own,
  );
};
