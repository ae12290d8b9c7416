import { randomBytes, randomUUID } from 'node:crypto';
import { chown, link, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { canWriteTo, ensureServerRoot, type ServerUser } from './server-user.ts';

const settingsSchema = z.object({
  /** Names the folder of a cluster that had to be put elsewhere. */
  id: z.string(),
  password: z.string(),
  port: z.int().optional(),
});
type ClusterSettings = z.infer<typeof settingsSchema>;

/** A cluster's place and secret; `dir` holds `data/` and the server's log. */
export type Cluster = ClusterSettings & { dir: string; dataDir: string; logFile: string; settingsFile: string };

/**
 * Reads or makes the settings of the cluster that belongs to `baseDir`. When the server's user cannot
 * reach that folder, the data live under /var/lib, named by an id kept in `baseDir`: deleting
 * `baseDir` means starting afresh.
 */
export const openCluster = async (baseDir: string, user: ServerUser | undefined): Promise<Cluster> => {
  await mkdir(baseDir, { recursive: true });
  const settingsFile = path.join(baseDir, 'cluster.json');
  const settings = (await readSettings(settingsFile)) ?? (await createSettings(settingsFile));
  const dir = await placeCluster(baseDir, settings.id, user);
  return { ...settings, settingsFile, dir, dataDir: path.join(dir, 'data'), logFile: path.join(dir, 'postgres.log') };
};

const placeCluster = async (baseDir: string, id: string, user: ServerUser | undefined): Promise<string> => {
  const inside = path.join(baseDir, 'cluster');
  await prepareDir(inside, user);
  if (!user || (await canWriteTo(inside, user))) return inside;
  await rm(inside, { recursive: true, force: true });
  const outside = path.join(await ensureServerRoot(), `cluster-${id}`);
  await prepareDir(outside, user);
  return outside;
};

const prepareDir = async (dir: string, user: ServerUser | undefined): Promise<void> => {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  if (user) await chown(dir, user.uid, user.gid);
};

const readSettings = async (file: string): Promise<ClusterSettings | undefined> => {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : settingsSchema.parse(JSON.parse(text));
};

const createSettings = async (file: string): Promise<ClusterSettings> => {
  const settings = { id: randomUUID(), password: randomBytes(24).toString('base64url') };
  const partial = `${file}.${settings.id}`;
  await writeFile(partial, JSON.stringify(settings), { mode: 0o600 });
  try {
    // link() fails when the file is there: of two first starts at once, both read the same password.
    await link(partial, file);
  } catch {
    return settingsSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } finally {
    await rm(partial, { force: true });
  }
  return settings;
};

/** Remembers the port, so that the address stays the same from start to start. */
export const savePort = async (cluster: Cluster, port: number): Promise<void> => {
  const { id, password } = cluster;
  const partial = `${cluster.settingsFile}.${randomUUID()}`;
  await writeFile(partial, JSON.stringify({ id, password, port }), { mode: 0o600 });
  await rename(partial, cluster.settingsFile);
};

export const isInitialised = (cluster: Cluster): Promise<boolean> =>
  stat(path.join(cluster.dataDir, 'PG_VERSION')).then(
    () => true,
    () => false,
  );

/** What a running (or killed) server left in its data folder. */
export type PidFile = { pid: number; port: number };

export const readPidFile = async (cluster: Cluster): Promise<PidFile | undefined> => {
  const text = await readFile(pidFileOf(cluster), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const lines = text.split('\n');
  return { pid: Number(lines[0]), port: Number(lines[3]) };
};

export const removePidFile = (cluster: Cluster): Promise<void> => rm(pidFileOf(cluster), { force: true });

const pidFileOf = (cluster: Cluster): string => path.join(cluster.dataDir, 'postmaster.pid');

/** The end of the server's log, for error messages. */
export const readLogTail = async (cluster: Cluster, lines = 15): Promise<string> => {
  const text = await readFile(cluster.logFile, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-lines).join('\n');
};
