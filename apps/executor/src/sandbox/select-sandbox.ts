import { messageOf } from '@agentweaver/core/errors/to-execution-error';
import type Docker from 'dockerode';
import type { Logger } from 'pino';
import { describeConnection, openDocker } from './docker-connection.ts';
import { createDockerBackend } from './docker-sandbox.ts';
import type { KubernetesOptions } from './kubernetes/kubernetes-sandbox.ts';
import { createProcessBackend } from './process-sandbox.ts';
import { ensureRuntimeImage } from './runtime-image.ts';
import type { SandboxBackend, SandboxHost } from './sandbox.ts';

export type SandboxChoice = 'auto' | 'docker' | 'process' | 'kubernetes';

/** An engine that must be there may be busy, or far away; where another sandbox would do, it is not waited for as long. */
const ANSWER_TIMEOUT_MS = { docker: 15_000, auto: 3_000 } as const;
/** Pulled by engines on machines that this one's binaries do not run on (Docker Desktop). */
const PUBLISHED_BASE_IMAGE = 'node:24-slim';

export type KubernetesSettings = { image?: string; namespace?: string; runtimeClass?: string };

export type SelectedSandbox = { backend: SandboxBackend; docker?: Docker };

/**
 * `docker` refuses to start without an engine; `auto` takes an engine where one answers and the process sandbox
 * otherwise. The reason is logged and part of the description.
 */
export const selectSandbox = async ({
  choice,
  bundleFile,
  baseImage,
  kubernetes,
  installationId,
  executorId,
  logger,
}: {
  choice: SandboxChoice;
  bundleFile: string;
  baseImage?: string;
  kubernetes: KubernetesSettings;
  installationId: string;
  executorId: string;
  logger: Logger;
}): Promise<SelectedSandbox> => {
  if (choice === 'kubernetes') return selectKubernetes({ ...kubernetes, installationId, executorId, logger });
  if (choice === 'process') return { backend: await createProcessBackend({ bundleFile }) };
  try {
    const docker = openDocker();
    const engine = await describeEngine(docker, ANSWER_TIMEOUT_MS[choice]);
    const backend = await createDockerBackend({
      docker,
      installationId,
      executorId,
      engineName: engine.name,
      host: engine.host,
      logger,
      ensureImage: () =>
        ensureRuntimeImage({
          docker,
          bundleFile,
          baseImage: baseImage ?? (engine.runsOurBinary ? undefined : PUBLISHED_BASE_IMAGE),
        }),
    });
    return { backend, docker };
  } catch (error) {
    const reason = messageOf(describeConnection(error));
    if (choice === 'docker') {
      throw new Error(
        `SANDBOX=docker, but the Docker engine cannot be used (${reason}). Start it, or set SANDBOX=auto.`,
        { cause: error },
      );
    }
    logger.warn({ reason }, 'no usable Docker engine, executions run in child processes');
    return { backend: await createProcessBackend({ bundleFile }) };
  }
};

const selectKubernetes = async ({
  image,
  ...options
}: KubernetesSettings & Omit<KubernetesOptions, 'image'>): Promise<SelectedSandbox> => {
  if (!image) throw new Error('SANDBOX=kubernetes needs SANDBOX_IMAGE: what its Pods run.');
  // The library is big: whoever runs no Pods does not load it.
  const { createKubernetesBackend } = await import('./kubernetes/kubernetes-sandbox.ts');
  try {
    return { backend: await createKubernetesBackend({ image, ...options }) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`SANDBOX=kubernetes, but the cluster cannot be used (${reason}).`, { cause: error });
  }
};

const ARCHITECTURES: Record<string, string> = { x86_64: 'x64', amd64: 'x64', aarch64: 'arm64', arm64: 'arm64' };

const describeEngine = async (
  docker: Docker,
  timeoutMs: number,
): Promise<{ name: string; runsOurBinary: boolean; host: SandboxHost }> => {
  const [version, info] = await withTimeout(timeoutMs, Promise.all([docker.version(), docker.info()]));
  if (info.OSType !== 'linux') throw new Error('the engine does not run Linux containers');
  return {
    name: `Docker ${version.Version}`,
    runsOurBinary: process.platform === 'linux' && ARCHITECTURES[info.Architecture] === process.arch,
    host: { cores: info.NCPU, memoryBytes: info.MemTotal, local: isLocal(docker) },
  };
};

/** An engine behind a socket file on Linux runs on this very machine; elsewhere it is in a machine of its own. */
const isLocal = ({ modem }: Docker): boolean =>
  process.platform === 'linux' &&
  typeof modem === 'object' &&
  modem !== null &&
  'socketPath' in modem &&
  Boolean(modem.socketPath);

const withTimeout = async <T>(ms: number, work: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('the engine does not answer')), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
};
