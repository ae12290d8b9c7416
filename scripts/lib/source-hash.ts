import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { inRoot } from './paths.ts';

const IGNORED = /(^|\/)(node_modules|\.next|generated|dist)(\/|$)|\.test\.tsx?$|\.md$/;

/**
 * One hash over the contents and names of files and folders, given relative to the checkout. Tests and
 * generated files do not count; a place that does not exist counts as empty.
 */
export const hashSources = async (places: string[], salt: string[] = []): Promise<string> => {
  const files = (await Promise.all(places.map(listFiles))).flat().sort();
  const hash = createHash('sha256');
  for (const text of salt) hash.update(`${text}\0`);
  const contents = await Promise.all(files.map((file) => readFile(inRoot(file))));
  files.forEach((file, index) => {
    hash.update(`${file}\0`).update(contents[index] ?? '');
  });
  return hash.digest('hex').slice(0, 32);
};

const listFiles = async (place: string): Promise<string[]> => {
  if (IGNORED.test(place)) return [];
  const stats = await stat(inRoot(place)).catch(() => undefined);
  if (!stats) return [];
  if (stats.isFile()) return [place];
  const entries = await readdir(inRoot(place));
  return (await Promise.all(entries.map((entry) => listFiles(path.posix.join(place, entry))))).flat();
};
