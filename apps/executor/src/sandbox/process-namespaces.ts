import type { SpawnOptions } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { limitArguments } from './process-limits.ts';
import type { ProcessRoot } from './process-root.ts';

/** Programs of util-linux that were found on this machine, by their full path. */
export type Tools = { unshare?: string; setpriv?: string; prlimit?: string; sh?: string };

const NOBODY = 65_534;

/**
 * How far a sandbox process is cut off from the machine, from the strongest: everything of its own (users, network,
 * processes, mounts, the root folder); the same without `/proc`, which containers often may not mount; a network of its
 * own; nothing but what Node itself refuses.
 */
export const SEPARATIONS = ['all', 'all_but_proc', 'network', 'none'] as const;
export type Separation = (typeof SEPARATIONS)[number];

export type ProcessPlan = {
  separation: Separation;
  /** The executor runs as root and the sandbox as the user nobody. */
  asNobody: boolean;
  tools: Tools;
  root?: ProcessRoot;
};

export const findTools = (searchPath = process.env.PATH ?? ''): Tools => {
  if (process.platform !== 'linux') return {};
  const folders = [...searchPath.split(path.delimiter), '/usr/bin', '/bin', '/usr/sbin', '/sbin'].filter(Boolean);
  const find = (name: string): string | undefined =>
    folders.map((folder) => path.join(folder, name)).find((file) => isExecutable(file));
  return { unshare: find('unshare'), setpriv: find('setpriv'), prlimit: find('prlimit'), sh: find('sh') };
};

const isExecutable = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** Every way that may work here, from the strongest; the first whose runtime starts is taken. */
export const plansFor = ({
  tools,
  root,
  isRoot = process.getuid?.() === 0,
}: {
  tools: Tools;
  root: ProcessRoot | undefined;
  isRoot?: boolean;
}): ProcessPlan[] => {
  const users = isRoot ? [true, false] : [false];
  return users.flatMap((asNobody) =>
    SEPARATIONS.filter((separation) => {
      if (separation === 'none') return true;
      return tools.unshare !== undefined && (separation === 'network' || root !== undefined);
    }).map((separation): ProcessPlan => ({ separation, asNobody, tools, ...(hasRoot(separation) ? { root } : {}) })),
  );
};

const hasRoot = (separation: Separation): boolean => separation === 'all' || separation === 'all_but_proc';

export type WrappedCommand = {
  command: string;
  args: string[];
  options: Pick<SpawnOptions, 'uid' | 'gid' | 'detached'>;
};

/** A command that runs `program`, found under `plan.root` if there is one, cut off as the plan says. */
export const wrapCommand = (
  { separation, asNobody, tools, root }: ProcessPlan,
  program: readonly string[],
  { groupFiles = [] }: { groupFiles?: readonly string[] } = {},
): WrappedCommand => {
  const { unshare, setpriv, prlimit, sh } = tools;
  const [command = '', ...args] = [
    ...(sh && (setpriv || !asNobody) ? joining(sh, groupFiles) : []),
    ...(setpriv ? privileges(setpriv, asNobody) : []),
    ...(unshare && hasRoot(separation) ? [unshare, '--user', '--map-root-user', '--'] : []),
    ...(unshare && separation === 'network' ? [unshare, '--user', '--net', '--ipc', '--'] : []),
    // Inside the user namespace, or all sandboxes would share the number of processes.
    ...(prlimit ? limitArguments({ prlimit, ownUserNamespace: separation !== 'none' }) : []),
    // Set last: it is lost when a process changes its user. The sandbox dies with its executor.
    ...(setpriv ? [setpriv, '--pdeathsig', 'KILL', '--'] : []),
    ...(unshare && root ? ownEverything(unshare, root, separation === 'all') : []),
    ...program,
  ];
  const byNode = asNobody && !setpriv ? { uid: NOBODY, gid: NOBODY } : {};
  // A group of its own: Ctrl-C at the executor leaves it time to give back what runs.
  return { command, args, options: { ...byNode, detached: process.platform !== 'win32' } };
};

/** As the first thing and as the executor's own user: joins control groups, and offers itself when memory is short. */
const joining = (sh: string, groupFiles: readonly string[]): string[] => [
  sh,
  '-c',
  [
    ...groupFiles.map((_file, index) => `echo 0 > "$${index + 1}" || exit 71`),
    'echo 1000 > /proc/self/oom_score_adj 2>/dev/null',
    // Shells tell their children where they are.
    'unset PWD OLDPWD',
    `shift ${groupFiles.length}`,
    'exec "$@"',
  ].join('\n'),
  'sandbox',
  ...groupFiles,
];

const privileges = (setpriv: string, asNobody: boolean): string[] => [
  setpriv,
  ...(asNobody ? [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--inh-caps=-all'] : []),
  '--no-new-privs',
  '--',
];

/**
 * The second user namespace is where it ends up as nobody, without any right in it: a process in a changed root may make
 * no further one, so it cannot get rights back. It is process 1 of its own process namespace: when it ends, or
 * `unshare` in front of it is killed, everything in there ends.
 */
const ownEverything = (unshare: string, root: ProcessRoot, mountProc: boolean): string[] => [
  unshare,
  '--user',
  `--map-user=${NOBODY}`,
  `--map-group=${NOBODY}`,
  '--net',
  '--pid',
  '--mount',
  '--ipc',
  '--uts',
  '--fork',
  '--kill-child=KILL',
  `--root=${root.dir}`,
  '--wd=/',
  ...(mountProc ? ['--mount-proc'] : []),
  '--',
];
