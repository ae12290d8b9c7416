import { mkdir, readdir, readFile, realpath, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { ExecutionError } from '../engine/execution-errors.ts';
import { bytesToWrite, checkFilePath, fileContent, noSuchFile } from './file-content.ts';
import type { Host } from './host.ts';
import { mediaTypeOf } from './media-type.ts';
import { MAX_FILE_BYTES } from './ports/files.ts';

/** Files of an execution in a folder of this machine. Nothing outside it is read or written, by links neither. */
export const createFolderFiles = (folder: string): Host['files'] => ({
  read: async (request) => {
    const path = checkFilePath(request.path);
    const bytes = await readBytes(folder, path);
    if (!bytes) throw noSuchFile(path);
    return fileContent(request, bytes, mediaTypeOf(path));
  },
  write: async (request) => {
    const path = checkFilePath(request.path);
    const before = request.append ? await readBytes(folder, path) : undefined;
    const bytes = bytesToWrite(request, before ?? new Uint8Array());
    await mkdir(folder, { recursive: true });
    const target = await insideOf(folder, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, bytes);
    return { path, size: bytes.byteLength, mediaType: mediaTypeOf(path) };
  },
  list: async ({ prefix = '' }) => {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(ifMissing([]));
    const paths = entries
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
      .filter((path) => path.startsWith(prefix))
      .sort();
    return Promise.all(
      paths.map(async (path) => ({ path, size: (await stat(join(folder, path))).size, mediaType: mediaTypeOf(path) })),
    );
  },
});

const readBytes = async (folder: string, path: string): Promise<Buffer | undefined> => {
  const target = await insideOf(folder, path);
  const found = await stat(target).catch(ifMissing(undefined));
  if (!found?.isFile()) return undefined;
  if (found.size > MAX_FILE_BYTES) {
    throw new ExecutionError({
      code: 'output_too_large',
      message: `The file ${path} has ${found.size} bytes; ${MAX_FILE_BYTES} is the limit.`,
      hint: 'Split it before the workflow reads it.',
    });
  }
  return readFile(target);
};

/** The file's place after links are followed: the nearest folder that exists must lie inside. */
const insideOf = async (folder: string, path: string): Promise<string> => {
  const root = await realpath(folder).catch(ifMissing(resolve(folder)));
  let existing = join(root, path);
  while (existing !== root) {
    const real = await realpath(existing).catch(ifMissing(undefined));
    if (real === undefined) {
      existing = dirname(existing);
      continue;
    }
    if (!real.startsWith(root + sep)) {
      throw new ExecutionError({
        code: 'file_failed',
        message: `The path ${path} leads out of the folder of this execution's files.`,
        hint: 'Name a file inside the folder.',
      });
    }
    break;
  }
  return join(root, path);
};

const ifMissing =
  <Value>(value: Value) =>
  (error: NodeJS.ErrnoException): Value => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return value;
    throw error;
  };
