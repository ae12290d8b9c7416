import { randomUUID } from 'node:crypto';
import { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { ExecutionError } from '@agentweaver/core/engine/execution-errors';
import type Docker from 'dockerode';
import type { Logger } from 'pino';
import { createDockerDemux } from '../channel/docker-demux.ts';
import {
  PART_TIMEOUT_MS,
  SANDBOX_CPUS,
  SANDBOX_OPEN_FILES,
  SANDBOX_PIDS,
  SANDBOX_TMP_BYTES,
  SANDBOX_TMP_FILES,
  STDERR_TAIL_BYTES,
} from '../tunables.ts';
import { within } from '../within.ts';
import { describeConnection } from './docker-connection.ts';
import { ignoreGone, statusOf } from './docker-errors.ts';
import { LABELS } from './docker-labels.ts';
import { reapStrays } from './reaper.ts';
import type { RuntimeImage } from './runtime-image.ts';
import {
  createTail,
  runtimeArguments,
  type Sandbox,
  type SandboxBackend,
  type SandboxExit,
  type SandboxHost,
  saysHeapIsFull,
} from './sandbox.ts';

export type DockerSandboxOptions = {
  docker: Docker;
  /** Makes the image, or finds it; called again when somebody has removed it. */
  ensureImage: () => Promise<RuntimeImage>;
  installationId: string;
  executorId: string;
  engineName: string;
  logger: Logger;
  host?: SandboxHost;
  /** What to run instead of the runtime; tests put hostile programs here. */
  command?: (image: RuntimeImage, memoryMb: number) => string[];
};

export const createDockerBackend = async (options: DockerSandboxOptions): Promise<SandboxBackend> => {
  const { docker, installationId, executorId, logger } = options;
  let image = await options.ensureImage();
  /** By the names of containers that are made, or (then without a sandbox) being made. */
  const own = new Map<string, Sandbox | undefined>();
  const starting = new Set<Promise<Sandbox>>();
  let closed = false;

  const start = async (memoryMb: number): Promise<Sandbox> => {
    // Chosen here, so that a reaper knows it before the engine has answered.
    const name = `agentweaver-${randomUUID()}`;
    own.set(name, undefined);
    const forget = () => own.delete(name);
    try {
      const sandbox = await startContainer({ ...options, image, name, memoryMb, onRemoved: forget });
      own.set(name, sandbox);
      return sandbox;
    } catch (error) {
      forget();
      throw error;
    }
  };

  const boot = async (memoryMb: number): Promise<Sandbox> => {
    try {
      return await start(memoryMb);
    } catch (error) {
      if (statusOf(error) !== 404) throw startFailed(error);
    }
    try {
      // Somebody pruned the image.
      image = await options.ensureImage();
      return await start(memoryMb);
    } catch (error) {
      throw startFailed(error);
    }
  };

  return {
    kind: 'docker',
    description: `${options.engineName}: containers without network, capabilities or secrets, read-only, not root, with limits on memory, processor and processes; each serves one workspace.`,
    ...(options.host ? { host: options.host } : {}),
    boot: async ({ memoryMb }) => {
      if (closed) throw startFailed(new Error('The executor stops.'));
      const started = boot(memoryMb).finally(() => starting.delete(started));
      starting.add(started);
      return started;
    },
    limitProcessor: async ({ id }) => {
      await docker.getContainer(id).update({ CpuPeriod: CPU_PERIOD_US, CpuQuota: CPU_PERIOD_US * SANDBOX_CPUS });
    },
    reap: (findDead) =>
      reapStrays({ docker, installationId, executorId, isOwn: ({ name }) => own.has(name), findDead, logger }),
    check: async () => {
      await within(PART_TIMEOUT_MS, docker.ping()).catch((error: unknown) => {
        throw describeConnection(error);
      });
    },
    close: async () => {
      closed = true;
      // What the engine was asked for and has not given yet; one that hangs must not hold up the stop.
      await Promise.race([Promise.allSettled(starting), delay(CLOSE_TIMEOUT_MS, undefined, { ref: false })]);
      await Promise.allSettled([...own.values()].map((sandbox) => sandbox?.kill()));
      // An engine that broke down while it made a container may have made it, and told nobody.
      const rest = reapStrays({
        docker,
        installationId,
        executorId,
        isOwn: () => false,
        findDead: async () => new Set(),
        logger,
      });
      await Promise.race([rest, delay(CLOSE_TIMEOUT_MS, undefined, { ref: false })]).catch((error: unknown) =>
        logger.warn({ err: error }, 'what is left of this executor is removed by the next one'),
      );
    },
  };
};

const CLOSE_TIMEOUT_MS = 5_000;

const CPU_PERIOD_US = 100_000;

/** 128 plus SIGKILL. */
const KILLED = 137;

/** The engine tells of an exit a moment after the streams end. */
const WAIT_GRACE_MS = 2_000;

const startFailed = (error: unknown): ExecutionError =>
  new ExecutionError(
    {
      code: 'sandbox_start_failed',
      message: 'The container for this execution could not be started.',
      hint: 'Run it again. If it goes on, the operator finds the reason in the log of the executor.',
    },
    { cause: error },
  );

type StartOptions = DockerSandboxOptions & {
  image: RuntimeImage;
  name: string;
  memoryMb: number;
  onRemoved: () => void;
};

const containerOptions = ({
  image,
  installationId,
  executorId,
  command,
  name,
  memoryMb,
}: StartOptions): Docker.ContainerCreateOptions => {
  const memory = memoryMb * 1024 * 1024;
  return {
    name,
    Image: image.tag,
    Entrypoint: command?.(image, memoryMb) ?? [image.node, ...runtimeArguments({ ...image, memoryMb })],
    Cmd: [],
    // Anyone who may inspect a container reads its environment: it stays empty, the input comes by stdin.
    Env: [],
    User: '65534:65534',
    WorkingDir: '/',
    Labels: {
      [LABELS.installation]: installationId,
      [LABELS.executor]: executorId,
    },
    Tty: false,
    OpenStdin: true,
    StdinOnce: true,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    HostConfig: {
      NetworkMode: 'none',
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      ReadonlyRootfs: true,
      Tmpfs: { '/tmp': `rw,noexec,nosuid,nodev,size=${SANDBOX_TMP_BYTES},nr_inodes=${SANDBOX_TMP_FILES},mode=1777` },
      IpcMode: 'none',
      PidsLimit: SANDBOX_PIDS,
      Memory: memory,
      // Equal to the memory: no swap.
      MemorySwap: memory,
      Ulimits: [
        { Name: 'nofile', Soft: SANDBOX_OPEN_FILES, Hard: SANDBOX_OPEN_FILES },
        { Name: 'core', Soft: 0, Hard: 0 },
      ],
      // Node as process 1 would ignore signals and leave zombies.
      Init: true,
      AutoRemove: false,
      LogConfig: { Type: 'none', Config: {} },
    },
  };
};

const startContainer = async (options: StartOptions): Promise<Sandbox> => {
  const container = await options.docker.createContainer(containerOptions(options));
  try {
    return await attachAndStart(container, options);
  } catch (error) {
    await container.remove({ force: true, v: true }).catch(() => undefined);
    throw error;
  }
};

const attachAndStart = async (container: Docker.Container, { memoryMb, onRemoved }: StartOptions): Promise<Sandbox> => {
  // Attached before the start, or the first output is lost.
  const socket = await container.attach({ stream: true, hijack: true, stdin: true, stdout: true, stderr: true });
  if (!(socket instanceof Duplex)) throw new Error('The Docker engine gave no two-way stream.');
  const stderr = createTail(STDERR_TAIL_BYTES);
  const stdout = createDockerDemux({ onStderr: stderr.push });
  socket.on('error', () => stdout.end());
  socket.on('close', () => stdout.end());
  socket.pipe(stdout);

  // Asked for before the start, or a container that ends at once is waited for in vain.
  const waiting = container.wait({ condition: 'next-exit' });
  waiting.catch(() => undefined);
  await container.start();

  let removing: Promise<void> | undefined;
  const remove = (): Promise<void> => {
    removing ??= (async () => {
      try {
        await container.remove({ force: true, v: true }).catch(ignoreGone);
      } finally {
        // What the engine did not remove, because it was away, is a stray from now on.
        onRemoved();
        socket.destroy();
      }
    })();
    return removing;
  };

  const exited = (async (): Promise<SandboxExit> => {
    // The attached stream ends with the container, too: it stands in for a wait that the engine does not answer.
    const streamClosed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    const noAnswer = streamClosed.then(() => delay(WAIT_GRACE_MS, undefined, { ref: false }));
    const code = await Promise.race([
      waiting.then((result: { StatusCode: number }) => result.StatusCode).catch(() => noAnswer),
      noAnswer,
    ]);
    const state = removing
      ? undefined
      : await container.inspect().then(
          (details) => details.State,
          () => undefined,
        );
    // Alive without its channel it is of no use.
    if (state?.Running) await container.kill().catch(() => undefined);
    const text = stderr.text();
    return {
      code: code ?? (state && !state.Running ? state.ExitCode : KILLED),
      outOfMemory: state?.OOMKilled === true || saysHeapIsFull(text),
      stderr: text,
    };
  })();

  return {
    id: container.id,
    kind: 'docker',
    memoryMb,
    stdin: socket,
    stdout,
    exited,
    kill: async () => {
      // The engine tells of no exit while output that nobody reads is still on its way.
      stdout.resume();
      // One that has ended is looked at before it goes: only the engine knows whether its memory was full.
      if (socket.readableEnded || socket.destroyed) await exited;
      await remove();
      await exited;
    },
  };
};
