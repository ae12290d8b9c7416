import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { ROOT } from './paths.ts';

const IGNORED = /(^|\/)(node_modules|\.next|generated|dist)(\/|$)|\.test\.tsx?$/;

type HashOptions = {
  /** Whatever else decides about the product, such as the version of Node. */
  salt?: string[];
  root?: string;
};

/**
 * One hash over the contents and names of files and folders, given relative to the root. Tests and
 * generated files do not count; a place that does not exist counts as empty.
 */
export const hashSources = async (places: string[], { salt = [], root = ROOT }: HashOptions = {}): Promise<string> => {
  const files = (await Promise.all(places.map((place) => listFiles(root, place)))).flat().sort();
  const contents = await Promise.all(files.map((file) => readFile(path.join(root, file))));
  const hash = createHash('sha256');
  for (const text of salt) hash.update(`${text}\0`);
  files.forEach((file, index) => {
    hash.update(`${file}\0`).update(contents[index] ?? '');
  });
  return hash.digest('hex').slice(0, 32);
};

const listFiles = async (root: string, place: string): Promise<string[]> => {
  if (IGNORED.test(place)) return [];
  const stats = await stat(path.join(root, place)).catch(() => undefined);
  if (!stats) return [];
  if (stats.isFile()) return [place];
  const entries = await readdir(path.join(root, place));
  return (await Promise.all(entries.map((entry) => listFiles(root, path.posix.join(place, entry))))).flat();
};
