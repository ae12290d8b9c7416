import { type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { NO_ENVIRONMENT, runtimeArguments } from './sandbox.ts';

/** How a sandbox process is started on this machine. */
export type Isolation = {
  /** A command that runs the rest of its arguments. */
  wrapper: string[];
  options: Pick<SpawnOptions, 'uid' | 'gid'>;
  /** What holds, for people. */
  description: string;
};

const PROBE_TIMEOUT_MS = 5_000;
const NOBODY = { uid: 65_534, gid: 65_534 };

const BASE = 'a child process without environment, file access, child processes or add-ons, with a memory limit';

/** From the strongest to the weakest; the first whose runtime says `ready` is taken. */
const candidates = (): Isolation[] => {
  // A new network namespace holds no interface that is up. The process dies with its executor.
  const ownNetwork = ['unshare', '--user', '--net', '--ipc', '--'];
  const diesWithParent = ['setpriv', '--pdeathsig', 'KILL', '--'];
  const isRoot = process.getuid?.() === 0;
  const users = isRoot
    ? [
        { options: NOBODY, as: ', as the user nobody' },
        { options: {}, as: '' },
      ]
    : [{ options: {}, as: '' }];
  const linux = process.platform === 'linux';
  return users.flatMap(({ options, as }) => [
    ...(linux
      ? [
          {
            wrapper: [...ownNetwork, ...diesWithParent],
            options,
            description: `Process: ${BASE} and without network${as}.`,
          },
          { wrapper: ownNetwork, options, description: `Process: ${BASE} and without network${as}.` },
          { wrapper: diesWithParent, options, description: `Process: ${BASE}${as}. ${NETWORK_WARNING}` },
        ]
      : []),
    { wrapper: [], options, description: `Process: ${BASE}${as}. ${NETWORK_WARNING}` },
  ]);
};

const NETWORK_WARNING =
  'The network is closed to Code nodes by the runtime alone, because this machine gives no network namespace: run only workflows you trust, or install Docker.';

/** Finds out what this machine allows by doing it. */
export const probeIsolation = async (bundleFile: string): Promise<Isolation> => {
  for (const isolation of candidates()) {
    if (await works(isolation, bundleFile)) return isolation;
  }
  throw new Error('The sandbox runtime does not start as a process on this machine; build it with "npm run build".');
};

const works = async ({ wrapper, options }: Isolation, bundleFile: string): Promise<boolean> => {
  const [command = '', ...args] = [
    ...wrapper,
    process.execPath,
    ...runtimeArguments({ bundle: bundleFile, memoryMb: 256 }),
  ];
  const child = spawn(command, args, { ...options, env: NO_ENVIRONMENT, cwd: '/', stdio: ['pipe', 'pipe', 'ignore'] });
  child.stdin?.on('error', () => undefined);
  const timer = setTimeout(() => child.kill('SIGKILL'), PROBE_TIMEOUT_MS);
  try {
    const closed = once(child, 'close');
    closed.catch(() => undefined);
    let output = '';
    for await (const chunk of child.stdout ?? []) {
      output += String(chunk);
      if (output.includes('\n')) break;
    }
    return output.startsWith('{"type":"ready"');
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
    child.kill('SIGKILL');
  }
};
