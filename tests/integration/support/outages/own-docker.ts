import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import Docker from 'dockerode';
import type { Certificates } from '../certificates.ts';
import { commandOf, descendantsOf, isAlive, listProcesses, signal } from './processes.ts';
import { hasProgram } from './programs.ts';

const run = promisify(execFile);

/** A Docker engine of one test, to be killed and started again. */
export type OwnDocker = {
  /** For `DOCKER_HOST`. */
  host: string;
  docker: Docker;
  /** The engine at once, as a crash would; its containers go on without it for now. */
  kill: () => Promise<void>;
  /** As its service manager would: it stops its containers first. */
  stop: () => Promise<void>;
  restart: () => Promise<void>;
  /** It keeps its connections and answers nothing. */
  freeze: () => void;
  thaw: () => void;
  close: () => Promise<void>;
};

/** An engine needs the rights of root. */
export const canRunDocker = process.platform === 'linux' && process.getuid?.() === 0 && hasProgram('dockerd');

export type OwnDockerOptions = {
  /** Where it keeps its data; of its own without. */
  dataRoot?: string;
  /** Its containers survive a restart of the engine. */
  liveRestore?: boolean;
  /** Listens on this port of 127.0.0.1 as well, with TLS, and asks its clients for a certificate of the same authority. */
  tls?: { port: number; certificates: Certificates };
};

export const startOwnDocker = async ({
  dataRoot,
  liveRestore = false,
  tls,
}: OwnDockerOptions = {}): Promise<OwnDocker> => {
  const folder = await mkdtemp(path.join(tmpdir(), 'agentweaver-docker-'));
  const socketPath = path.join(folder, 'docker.sock');
  const docker = new Docker({ socketPath });
  const data = dataRoot ?? path.join(folder, 'data');
  await mkdir(data, { recursive: true });
  let child: ChildProcess;
  let log = '';

  const start = async (): Promise<void> => {
    await rm(path.join(folder, 'pid'), { force: true });
    const args = [
      ...['--data-root', data, '--exec-root', path.join(folder, 'exec'), '--host', `unix://${socketPath}`],
      ...['--pidfile', path.join(folder, 'pid'), '--bridge=none', '--iptables=false', '--ip6tables=false'],
      ...(liveRestore ? ['--live-restore'] : []),
      ...(tls ? tlsArguments(tls) : []),
    ];
    child = spawn('dockerd', args, { stdio: ['ignore', 'ignore', 'pipe'] });
    log = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      log = (log + text).slice(-8_000);
    });
    for (let attempt = 1; ; attempt += 1) {
      try {
        await docker.ping();
        return;
      } catch (error) {
        if (attempt === 400 || child.exitCode !== null) throw new Error(`No engine: ${log}`, { cause: error });
        await sleep(50);
      }
    }
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  };
  /** The engine's containerd dies with it. Until somebody has waited for that process, the next engine takes it for alive. */
  const buryContainerd = async (): Promise<void> => {
    const file = path.join(folder, 'exec/containerd/containerd.pid');
    const pid = Number(await readFile(file, 'utf8').catch(() => ''));
    if (pid === 0) return;
    for (let attempt = 0; attempt < 100 && isAlive(pid); attempt += 1) await sleep(20);
    if (!isAlive(pid)) await rm(file, { force: true });
  };
  /** An engine that is gone leaves what it ran; each container hangs on a process that names the folder. */
  const killLeftovers = (): void => {
    for (const pid of listProcesses().filter((one) => commandOf(one).includes(folder))) {
      for (const one of [...descendantsOf(pid), pid]) signal(one, 'SIGKILL');
    }
  };

  /** Each engine mounts its folder onto itself, and one that was killed leaves that behind. */
  const unmountData = async (): Promise<void> => {
    if (dataRoot !== undefined) return;
    const unmounted = () =>
      run('umount', ['--lazy', data]).then(
        () => true,
        () => false,
      );
    while (await unmounted());
  };

  await start();
  return {
    host: `unix://${socketPath}`,
    docker,
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    restart: async () => {
      await end('SIGKILL');
      await buryContainerd();
      await start();
    },
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    close: async () => {
      child.kill('SIGCONT');
      // What it still runs would keep its folders in use.
      const containers = await docker.listContainers({ all: true }).catch(() => []);
      await Promise.allSettled(containers.map(({ Id }) => docker.getContainer(Id).remove({ force: true })));
      await end('SIGTERM');
      killLeftovers();
      await unmountData();
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }).catch(() => undefined);
    },
  };
};

const tlsArguments = ({ port, certificates }: NonNullable<OwnDockerOptions['tls']>): string[] => [
  ...['--host', `tcp://127.0.0.1:${port}`, '--tlsverify', '--tlscacert', certificates.ca],
  ...['--tlscert', certificates.serverCert, '--tlskey', certificates.serverKey],
];
