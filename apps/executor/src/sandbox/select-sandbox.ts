import Docker from 'dockerode';
import type { Logger } from 'pino';
import { createDockerProvider } from './docker-sandbox.ts';
import { createProcessProvider } from './process-sandbox.ts';
import { ensureRuntimeImage } from './runtime-image.ts';
import type { SandboxProvider } from './sandbox.ts';

export type SandboxChoice = 'auto' | 'docker' | 'process';

const PING_TIMEOUT_MS = 3_000;
/** Pulled by engines on machines that this one's binaries do not run on (Docker Desktop). */
const PUBLISHED_BASE_IMAGE = 'node:24-slim';

export type SelectedSandbox = { provider: SandboxProvider; docker?: Docker };

/**
 * `docker` refuses to start without an engine; `auto` takes an engine where one answers and the process sandbox
 * otherwise. The reason is logged and part of the description.
 */
export const selectSandbox = async ({
  choice,
  bundleFile,
  baseImage,
  installationId,
  executorId,
  logger,
}: {
  choice: SandboxChoice;
  bundleFile: string;
  baseImage?: string;
  installationId: string;
  executorId: string;
  logger: Logger;
}): Promise<SelectedSandbox> => {
  if (choice === 'process') return { provider: await createProcessProvider({ bundleFile }) };
  const docker = new Docker();
  try {
    const engine = await describeEngine(docker);
    const provider = await createDockerProvider({
      docker,
      installationId,
      executorId,
      engineName: engine.name,
      ensureImage: () =>
        ensureRuntimeImage({
          docker,
          bundleFile,
          baseImage: baseImage ?? (engine.runsOurBinary ? undefined : PUBLISHED_BASE_IMAGE),
        }),
    });
    return { provider, docker };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (choice === 'docker') {
      throw new Error(
        `SANDBOX=docker, but the Docker engine cannot be used (${reason}). Start it, or set SANDBOX=auto.`,
        { cause: error },
      );
    }
    logger.warn({ reason }, 'no usable Docker engine, executions run in child processes');
    return { provider: await createProcessProvider({ bundleFile }) };
  }
};

const ARCHITECTURES: Record<string, string> = { x86_64: 'x64', amd64: 'x64', aarch64: 'arm64', arm64: 'arm64' };

const describeEngine = async (docker: Docker): Promise<{ name: string; runsOurBinary: boolean }> => {
  const [version, info] = await withTimeout(Promise.all([docker.version(), docker.info()]));
  if (info.OSType !== 'linux') throw new Error('the engine does not run Linux containers');
  return {
    name: `Docker ${version.Version}`,
    runsOurBinary: process.platform === 'linux' && ARCHITECTURES[info.Architecture] === process.arch,
  };
};

const withTimeout = async <T>(work: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('the engine does not answer')), PING_TIMEOUT_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
};
