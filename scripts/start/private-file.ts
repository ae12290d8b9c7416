import { readFile, rename, writeFile } from 'node:fs/promises';
import type { z } from 'zod';
import { isErrno } from '../lib/shared-lock.ts';
import { StopError } from '../lib/stop-error.ts';

/** Replaces the file in one move, readable by its owner alone from its first byte. */
export const writePrivateJson = async (file: string, content: unknown): Promise<void> => {
  const partial = `${file}.${process.pid}`;
  await writeFile(partial, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600, flag: 'w' });
  await rename(partial, file);
};

/** `undefined` when there is none; a file that does not hold what it should is a `StopError`, never overwritten. */
export const readPrivateJson = async <T>(file: string, schema: z.ZodType<T>): Promise<T | undefined> => {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    throw new StopError(
      `${file} is damaged. It holds keys that the stored data need: bring back a copy, or move the data folder away to start afresh.`,
    );
  }
};
