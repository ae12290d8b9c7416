import { once } from 'node:events';
import { Duplex, type Readable } from 'node:stream';
import type { V1Container } from '@kubernetes/client-node';
import type Docker from 'dockerode';
import { createDockerDemux } from '../../../../apps/executor/src/channel/docker-demux.ts';
import { type PodStore, type StoredPod, setContainer } from './pod-store.ts';

/** What a container's streams look like to whoever is attached. */
export type ContainerStreams = {
  stdin: Duplex;
  stdout: Readable;
  onStderr: (listener: ((chunk: Buffer) => void) | undefined) => void;
  exited: Promise<number>;
};

type Running = ContainerStreams & { container: Docker.Container; attached: boolean };

/** The part of a node's agent: runs each Pod as a container of Docker, with what its spec says and nothing else. */
export type Node = {
  run(name: string): Promise<void>;
  /** Only once (`stdinOnce`); undefined when it does not run. */
  attach(name: string): ContainerStreams | undefined;
  resize(name: string): Promise<void>;
  /** Gives it its grace, and kills it then. */
  stop(name: string): Promise<void>;
  /** As when the node is short of something. */
  evict(name: string): Promise<void>;
  kill(name: string): Promise<void>;
  inspect(name: string): Promise<Docker.ContainerInspectInfo | undefined>;
  close(): Promise<void>;
};

const UNITS: Record<string, number> = { m: 1e-3, Ki: 1024, Mi: 1024 ** 2, Gi: 1024 ** 3 };
const quantity = (text = '0'): number => {
  const [, number, unit = ''] = /^([\d.]+)(m|Ki|Mi|Gi)?$/.exec(text) ?? [];
  return Number(number) * (UNITS[unit] ?? 1);
};
const nanoCpus = ({ resources }: V1Container): number => Math.round(quantity(resources?.limits?.cpu) * 1e9);

export const createNode = ({ docker, store }: { docker: Docker; store: PodStore }): Node => {
  const running = new Map<string, Running>();
  let closed = false;

  const start = async (pod: StoredPod): Promise<void> => {
    const { name } = pod.metadata;
    const [spec] = pod.spec.containers;
    if (!spec) return;
    const container = await docker.createContainer(containerOf(pod, spec));
    const socket = await container.attach({ stream: true, hijack: true, stdin: true, stdout: true, stderr: true });
    if (!(socket instanceof Duplex)) throw new Error('The Docker engine gave no two-way stream.');
    let onStderr: ((chunk: Buffer) => void) | undefined;
    const stdout = socket.pipe(createDockerDemux({ onStderr: (chunk) => onStderr?.(chunk) }));
    socket.on('error', () => stdout.end());
    // Before somebody is attached, output goes to the log and is gone for whoever comes later.
    stdout.resume();
    const waiting = container.wait({ condition: 'next-exit' });
    await container.start();
    const exited = waiting.then(({ StatusCode }: { StatusCode: number }) => StatusCode).catch(() => 137);
    running.set(name, {
      container,
      stdin: socket,
      stdout,
      exited,
      attached: false,
      onStderr: (listener) => {
        onStderr = listener;
      },
    });
    store.change(name, (changed) => {
      changed.status = { ...changed.status, phase: 'Running', startTime: new Date().toISOString() as unknown as Date };
      setContainer(changed, { running: { startedAt: new Date().toISOString() as unknown as Date } }, true);
    });
    exited.then(() => ended(name)).catch(() => undefined);
  };

  const ended = async (name: string): Promise<void> => {
    const one = running.get(name);
    if (!one) return;
    const state = await one.container.inspect().then(
      ({ State }) => State,
      () => undefined,
    );
    const exitCode = state?.ExitCode ?? 137;
    const reason = state?.OOMKilled ? 'OOMKilled' : exitCode === 0 ? 'Completed' : 'Error';
    store.change(name, (pod) => {
      // What evicted it has said so already.
      if (pod.status?.phase !== 'Failed')
        pod.status = { ...pod.status, phase: exitCode === 0 ? 'Succeeded' : 'Failed' };
      setContainer(pod, { terminated: { exitCode, reason } });
    });
  };

  const discard = async (name: string): Promise<void> => {
    const one = running.get(name);
    running.delete(name);
    await one?.container.remove({ force: true, v: true }).catch(() => undefined);
  };

  return {
    run: async (name) => {
      store.change(name, (pod) => {
        pod.spec.nodeName = 'node-1';
        pod.status = { ...pod.status, conditions: [{ type: 'PodScheduled', status: 'True' }] };
        setContainer(pod, { waiting: { reason: 'ContainerCreating' } });
      });
      const pod = store.get(name);
      if (!pod || closed) return;
      try {
        await start(pod);
      } catch (error) {
        const missing = error instanceof Error && 'statusCode' in error && error.statusCode === 404;
        store.change(name, (changed) =>
          setContainer(changed, {
            waiting: { reason: missing ? 'ErrImagePull' : 'CreateContainerError', message: String(error) },
          }),
        );
      }
      // It may have been deleted, or everything been closed, while it was started.
      if (!store.get(name) || closed) await discard(name);
    },
    attach: (name) => {
      const one = running.get(name);
      if (!one || one.attached) return undefined;
      one.attached = true;
      one.stdout.pause();
      return one;
    },
    resize: async (name) => {
      const [spec] = store.get(name)?.spec.containers ?? [];
      const one = running.get(name);
      if (!spec || !one) return;
      await one.container.update({ NanoCpus: nanoCpus(spec) });
      store.change(name, (pod) => setContainer(pod, { running: {} }, true));
    },
    stop: async (name) => {
      const grace = store.get(name)?.spec.terminationGracePeriodSeconds ?? 30;
      const one = running.get(name);
      await one?.container.stop({ t: grace }).catch(() => undefined);
      await one?.exited;
      await ended(name);
      await discard(name);
      store.remove(name);
    },
    evict: async (name) => {
      const message = 'The node was low on resource: ephemeral-storage.';
      store.change(name, (pod) => {
        pod.status = { ...pod.status, phase: 'Failed', reason: 'Evicted', message };
      });
      await running
        .get(name)
        ?.container.kill()
        .catch(() => undefined);
    },
    kill: async (name) => {
      await running.get(name)?.container.kill();
    },
    inspect: async (name) => running.get(name)?.container.inspect(),
    close: async () => {
      closed = true;
      await Promise.all([...running.keys()].map(discard));
    },
  };
};

const containerOf = ({ spec, metadata }: StoredPod, container: V1Container): Docker.ContainerCreateOptions => {
  const { resources, securityContext } = container;
  const memory = quantity(resources?.limits?.memory);
  const tmpfs = (container.volumeMounts ?? []).flatMap(({ name, mountPath }) => {
    const { emptyDir } = spec.volumes?.find((volume) => volume.name === name) ?? {};
    return emptyDir?.medium === 'Memory' ? [[mountPath, `rw,mode=1777,size=${quantity(emptyDir.sizeLimit)}`]] : [];
  });
  return {
    name: metadata.name,
    Image: container.image ?? '',
    Entrypoint: container.command ?? [],
    Cmd: container.args ?? [],
    Env: (container.env ?? []).map(({ name, value }) => `${name}=${value}`),
    User: `${spec.securityContext?.runAsUser ?? 0}:${spec.securityContext?.runAsGroup ?? 0}`,
    WorkingDir: container.workingDir ?? '',
    Labels: { 'agentweaver.test': 'kubernetes-api' },
    Tty: false,
    OpenStdin: container.stdin ?? false,
    StdinOnce: container.stdinOnce ?? false,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    HostConfig: {
      // What a NetworkPolicy does in a cluster.
      NetworkMode: 'none',
      ReadonlyRootfs: securityContext?.readOnlyRootFilesystem ?? false,
      CapDrop: securityContext?.capabilities?.drop ?? [],
      SecurityOpt: securityContext?.allowPrivilegeEscalation === false ? ['no-new-privileges'] : [],
      Tmpfs: Object.fromEntries(tmpfs),
      Memory: memory,
      MemorySwap: memory,
      NanoCpus: nanoCpus(container),
      LogConfig: { Type: 'none', Config: {} },
    },
  };
};

/** Resolves when a stream takes more; used where a socket is the other end. */
export const drained = async (stream: Duplex): Promise<void> => {
  await Promise.race([once(stream, 'drain'), once(stream, 'close')]);
};
