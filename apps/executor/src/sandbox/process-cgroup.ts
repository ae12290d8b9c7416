import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SANDBOX_CPUS, SANDBOX_PIDS } from '../tunables.ts';

/** Limits of one sandbox that the kernel itself counts. */
export type ControlGroup = {
  /** A process that writes `0` into each of them has joined. */
  joinFiles: string[];
  limitProcessor(): Promise<void>;
  /** Whether the kernel stopped something in it for want of memory. */
  ranOutOfMemory(): Promise<boolean>;
  remove(): Promise<void>;
};

export type ControlGroups = {
  version: 1 | 2;
  create(limits: { memoryMb: number }): Promise<ControlGroup>;
  close(): Promise<void>;
};

const CPU_PERIOD_US = 100_000;
const CPU_QUOTA_US = Math.round(SANDBOX_CPUS * CPU_PERIOD_US);
const MIB = 1024 * 1024;
const NAME = /^agentweaver-(\d+)-/;
/** What ended a moment ago still counts as a member. */
const REMOVE_ATTEMPTS = 20;

type Mount = { mountPoint: string; root: string; type: string; options: string[] };

/**
 * Control groups below the executor's own, where it may make some; rejects with the reason where it may not. With
 * version 1 each controller has a tree of its own, with version 2 there is one, whose inner groups hold no processes.
 */
export const openControlGroups = async ({
  mountInfo,
  ownGroups,
}: {
  /** Injected by tests: `/proc/self/mountinfo` and `/proc/self/cgroup`. */
  mountInfo?: string;
  ownGroups?: string;
} = {}): Promise<ControlGroups> => {
  const mounts = parseMounts(mountInfo ?? (await readFile('/proc/self/mountinfo', 'utf8')));
  const own = parseGroups(ownGroups ?? (await readFile('/proc/self/cgroup', 'utf8')));
  const memory = mounts.find(({ type, options }) => type === 'cgroup' && options.includes('memory'));
  return memory ? openVersion1(mounts, own) : openVersion2(mounts, own);
};

const openVersion1 = async (mounts: Mount[], own: Map<string, string>): Promise<ControlGroups> => {
  const folderOf = (controller: string): string => {
    const mount = mounts.find(({ type, options }) => type === 'cgroup' && options.includes(controller));
    if (!mount) throw new Error(`the controller ${controller} is not mounted`);
    return insideMount(mount, own.get(controller) ?? '/');
  };
  const parents = { memory: folderOf('memory'), pids: folderOf('pids'), cpu: folderOf('cpu') };
  await Promise.all(Object.values(parents).map(removeStale));
  const groups: ControlGroups = {
    version: 1,
    create: async ({ memoryMb }) => {
      const name = nextName();
      const folders = Object.fromEntries(
        Object.entries(parents).map(([controller, parent]) => [controller, path.join(parent, name)]),
      ) as typeof parents;
      const all = Object.values(folders);
      try {
        for (const folder of all) await mkdir(folder);
        const bytes = String(memoryMb * MIB);
        await writeFile(path.join(folders.memory, 'memory.limit_in_bytes'), bytes);
        // Memory and swap together; kernels without account of swap do not have it.
        await writeFile(path.join(folders.memory, 'memory.memsw.limit_in_bytes'), bytes).catch(() => undefined);
        await writeFile(path.join(folders.pids, 'pids.max'), String(SANDBOX_PIDS));
      } catch (error) {
        await removeAll(all);
        throw error;
      }
      return {
        joinFiles: all.map((folder) => path.join(folder, 'cgroup.procs')),
        limitProcessor: async () => {
          await writeFile(path.join(folders.cpu, 'cpu.cfs_period_us'), String(CPU_PERIOD_US));
          await writeFile(path.join(folders.cpu, 'cpu.cfs_quota_us'), String(CPU_QUOTA_US));
        },
        ranOutOfMemory: () => counts(path.join(folders.memory, 'memory.oom_control'), 'oom_kill'),
        remove: () => removeAll(all),
      };
    },
    close: async () => undefined,
  };
  return tried(groups);
};

const openVersion2 = async (mounts: Mount[], own: Map<string, string>): Promise<ControlGroups> => {
  const mount = mounts.find(({ type }) => type === 'cgroup2');
  if (!mount) throw new Error('no control groups are mounted');
  const ownFolder = insideMount(mount, own.get('') ?? '/');
  // A group with processes of its own (the executor's) may not hand controllers on; the one on top may.
  const failures: string[] = [];
  for (const parent of [...new Set([ownFolder, path.dirname(ownFolder), mount.mountPoint])]) {
    if (!parent.startsWith(mount.mountPoint)) continue;
    try {
      return await tried(await version2Below(parent));
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new Error(failures[0] ?? 'no group may be made');
};

const version2Below = async (parent: string): Promise<ControlGroups> => {
  await removeStale(parent);
  const top = path.join(parent, nextName());
  await mkdir(top);
  try {
    await writeFile(path.join(top, 'cgroup.subtree_control'), '+memory +pids +cpu');
  } catch (error) {
    await removeAll([top]);
    throw error;
  }
  return {
    version: 2,
    create: async ({ memoryMb }) => {
      const folder = path.join(top, nextName());
      await mkdir(folder);
      try {
        await writeFile(path.join(folder, 'memory.max'), String(memoryMb * MIB));
        await writeFile(path.join(folder, 'memory.swap.max'), '0').catch(() => undefined);
        await writeFile(path.join(folder, 'memory.oom.group'), '1').catch(() => undefined);
        await writeFile(path.join(folder, 'pids.max'), String(SANDBOX_PIDS));
      } catch (error) {
        await removeAll([folder]);
        throw error;
      }
      return {
        joinFiles: [path.join(folder, 'cgroup.procs')],
        limitProcessor: () => writeFile(path.join(folder, 'cpu.max'), `${CPU_QUOTA_US} ${CPU_PERIOD_US}`),
        ranOutOfMemory: () => counts(path.join(folder, 'memory.events'), 'oom_kill'),
        remove: () => removeAll([folder]),
      };
    },
    close: () => removeAll([top]),
  };
};

/** What can be made once can be made again. */
const tried = async (groups: ControlGroups): Promise<ControlGroups> => {
  const group = await groups.create({ memoryMb: 64 });
  await group.remove();
  return groups;
};

let made = 0;
const nextName = (): string => {
  made += 1;
  return `agentweaver-${process.pid}-${made}`;
};

/** `36 25 0:32 /root /mount/point rw,… - type source options`, spaces written as `\040`. */
const parseMounts = (text: string): Mount[] =>
  text.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ');
    const [, , , root, mountPoint] = before.split(' ');
    const [type, , options = ''] = after.split(' ');
    if (!root || !mountPoint || !type) return [];
    return [{ mountPoint: mountPoint.replaceAll('\\040', ' '), root, type, options: options.split(',') }];
  });

/** Controller, or '' for version 2, to the group's path. */
const parseGroups = (text: string): Map<string, string> =>
  new Map(
    text.split('\n').flatMap((line) => {
      const [, controllers, ...rest] = line.split(':');
      if (controllers === undefined || rest.length === 0) return [];
      return controllers.split(',').map((controller) => [controller, rest.join(':')] as const);
    }),
  );

/** Inside a container the mount shows a part of the tree only, and paths may be given from its top. */
const insideMount = ({ mountPoint, root }: Mount, group: string): string => {
  const relative = root !== '/' && group.startsWith(root) ? group.slice(root.length) : group;
  return path.join(mountPoint, relative);
};

const counts = async (file: string, field: string): Promise<boolean> => {
  const text = await readFile(file, 'utf8').catch(() => '');
  return Number(new RegExp(`^${field} (\\d+)`, 'm').exec(text)?.[1] ?? 0) > 0;
};

const removeAll = async (folders: readonly string[]): Promise<void> => {
  for (const folder of folders) {
    for (let attempt = 1; attempt <= REMOVE_ATTEMPTS; attempt += 1) {
      try {
        await rmdir(folder);
        break;
      } catch (error) {
        // What cannot be removed now is removed by the next executor.
        if ((error as NodeJS.ErrnoException).code !== 'EBUSY') break;
        await delay(5 * attempt);
      }
    }
  }
};

/** Groups of executors that were killed. */
const removeStale = async (parent: string): Promise<void> => {
  for (const name of await readdir(parent).catch(() => [])) {
    const pid = Number(NAME.exec(name)?.[1] ?? 0);
    if (pid === 0 || pid === process.pid) continue;
    const isAlive = await readFile(`/proc/${pid}/stat`, 'utf8').then(
      () => true,
      () => false,
    );
    if (isAlive) continue;
    const folder = path.join(parent, name);
    const inner = (await readdir(folder).catch(() => [])).filter((entry) => NAME.test(entry));
    await removeAll([...inner.map((entry) => path.join(folder, entry)), folder]);
  }
};
