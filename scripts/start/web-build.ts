import { cp, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isAlive } from '../lib/shared-lock.ts';

const PREFIX = '.next-';
/** What Next.js keeps in its folder beside the build. */
const NOT_SERVED = new Set(['cache', 'dev', 'types', 'diagnostics', 'trace', 'trace-build']);
/** Builds kept although nobody uses them, so that going back to the sources before is quick. */
const KEPT = 2;

/** The folder of the build of these sources, beside `.next`: as deep, because a build links out of its folder. */
export const webBuildName = (hash: string): string => `${PREFIX}${hash}`;

/**
 * Copies what was just built out of `.next`, where the next build replaces it: a copy of the product that runs
 * would miss its files then. Holds all or nothing.
 */
export const keepWebBuild = async (webDir: string, hash: string): Promise<void> => {
  const built = path.join(webDir, '.next');
  const kept = path.join(webDir, webBuildName(hash));
  const partial = `${kept}.partial`;
  await Promise.all([kept, partial].map((dir) => rm(dir, { recursive: true, force: true })));
  await cp(built, partial, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (source) => path.dirname(source) !== built || !NOT_SERVED.has(path.basename(source)),
  });
  await rename(partial, kept);
};

/** Notes that this process serves the build, and deletes older builds that no process serves. Returns its name. */
export const useWebBuild = async (webDir: string, hash: string): Promise<string> => {
  const name = webBuildName(hash);
  const users = usersOf(path.join(webDir, name));
  await mkdir(users, { recursive: true });
  await writeFile(path.join(users, String(process.pid)), '');
  const names = (await readdir(webDir)).filter((entry) => entry.startsWith(PREFIX) && !entry.endsWith('.partial'));
  const builds = await Promise.all(
    names.map(async (entry) => {
      const dir = path.join(webDir, entry);
      // Written once, when the build was made.
      const made = await stat(path.join(dir, 'BUILD_ID')).catch(() => undefined);
      return { dir, madeAt: made?.mtimeMs ?? 0 };
    }),
  );
  builds.sort((a, b) => b.madeAt - a.madeAt);
  for (const { dir } of builds.slice(KEPT)) {
    if (!(await isUsed(dir))) await rm(dir, { recursive: true, force: true });
  }
  return name;
};

const usersOf = (dir: string): string => path.join(dir, 'used-by');

const isUsed = async (dir: string): Promise<boolean> =>
  (await readdir(usersOf(dir)).catch(() => [])).some((pid) => isAlive(Number(pid)));
