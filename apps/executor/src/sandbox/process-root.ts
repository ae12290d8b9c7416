import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { chmod, copyFile, link, lstat, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

/** A folder that becomes `/` of sandbox processes: Node, its libraries, the bundled runtime, and nothing else. */
export type ProcessRoot = {
  dir: string;
  /** Paths inside. */
  node: string;
  bundle: string;
  remove(): Promise<void>;
};

const NODE = '/runtime/node';
const BUNDLE = '/runtime/main.mjs';
const ROOT_NAME = /^root-(\d+)-/;

/**
 * Node is put once per version into a folder of this user's, and linked into each root from there, so that an
 * executor starts without copying a hundred megabytes. Rejects when another user has taken the folder's name.
 */
export const prepareProcessRoot = async ({
  bundleFile,
  home = path.join(tmpdir(), `agentweaver-${process.getuid?.() ?? 0}`),
}: {
  bundleFile: string;
  home?: string;
}): Promise<ProcessRoot> => {
  await makeHome(home);
  await removeStaleRoots(home);
  const files = [process.execPath, ...(await librariesOf(process.execPath))];
  const base = await ensureBase(home, files);
  const dir = path.join(home, `root-${process.pid}-${randomUUID().slice(0, 8)}`);
  await makeFolder(dir);
  await makeFolder(path.join(dir, 'proc'));
  await makeFolder(path.join(dir, 'runtime'));
  for (const file of files) {
    const target = file === process.execPath ? NODE : file;
    await makeFolders(dir, path.dirname(target));
    await link(path.join(base, nameOf(file)), path.join(dir, target));
  }
  await copyFile(bundleFile, path.join(dir, BUNDLE));
  await chmod(path.join(dir, BUNDLE), 0o444);
  return { dir, node: NODE, bundle: BUNDLE, remove: () => rm(dir, { recursive: true, force: true }) };
};

/** Libraries may have the same name in two folders. */
const nameOf = (file: string): string => file.slice(1).replaceAll('/', '+');

/** Sandboxes run as another user, who goes through it but cannot list it. */
const makeHome = async (home: string): Promise<void> => {
  await mkdir(home, { recursive: true });
  const found = await lstat(home);
  if (!found.isDirectory() || found.uid !== process.getuid?.()) {
    throw new Error(`${home} belongs to somebody else.`);
  }
  await chmod(home, 0o711);
};

const makeFolder = async (folder: string): Promise<void> => {
  await mkdir(folder, { recursive: true });
  // Whatever the umask says.
  await chmod(folder, 0o755);
};

const makeFolders = async (root: string, inside: string): Promise<void> => {
  let folder = root;
  for (const part of inside.split('/').filter(Boolean)) {
    folder = path.join(folder, part);
    await makeFolder(folder);
  }
};

const ensureBase = async (home: string, files: readonly string[]): Promise<string> => {
  const hash = createHash('sha256');
  for (const file of files) {
    const { size, mtimeMs } = await stat(file);
    hash.update(`${file}\0${size}\0${mtimeMs}\0`);
  }
  const base = path.join(home, `node-${hash.digest('hex').slice(0, 16)}`);
  if (await exists(base)) return base;
  const unfinished = `${base}.${randomUUID()}`;
  await makeFolder(unfinished);
  for (const file of files) {
    const target = path.join(unfinished, nameOf(file));
    await copyFile(file, target);
    await chmod(target, 0o555);
  }
  // Another executor may have been faster.
  await rename(unfinished, base).catch(() => rm(unfinished, { recursive: true, force: true }));
  return base;
};

const exists = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  );

/** What executors left behind that were killed. */
const removeStaleRoots = async (home: string): Promise<void> => {
  for (const name of await readdir(home)) {
    const pid = ROOT_NAME.exec(name)?.[1];
    if (pid && !isAlive(Number(pid))) await rm(path.join(home, name), { recursive: true, force: true });
  }
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** Absolute paths of the shared libraries that a program is linked to, the loader included. */
export const librariesOf = async (binary: string): Promise<string[]> => {
  const { stdout } = await promisify(execFile)('ldd', [binary]);
  const paths = stdout.split('\n').flatMap((line) => /(?:=> |^\s*)(\/\S+) \(0x/.exec(line)?.[1] ?? []);
  return [...new Set(paths)].sort();
};
