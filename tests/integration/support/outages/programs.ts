import { existsSync } from 'node:fs';
import path from 'node:path';

/** Debian keeps servers out of the path of ordinary users. */
const FOLDERS = [...(process.env.PATH ?? '').split(path.delimiter), '/usr/sbin', '/usr/local/sbin'];

/**
 * Whether a test can start this server; tests that need it are skipped otherwise. With `CI=true` nothing is left out:
 * they fail instead.
 */
export const hasProgram = (name: string): boolean =>
  process.env.CI === 'true' || FOLDERS.some((folder) => existsSync(path.join(folder, name)));
