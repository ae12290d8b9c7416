import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Docker from 'dockerode';
import { pino } from 'pino';
import { buildRuntime } from '../../../apps/executor/scripts/build-runtime.ts';
import { PROTOCOL_VERSION } from '../../../apps/executor/src/channel/protocol.ts';
import { createDockerBackend } from '../../../apps/executor/src/sandbox/docker-sandbox.ts';
import { createPool, type PoolOptions } from '../../../apps/executor/src/sandbox/pool/pool.ts';
import { createProcessBackend } from '../../../apps/executor/src/sandbox/process-sandbox.ts';
import { ensureRuntimeImage } from '../../../apps/executor/src/sandbox/runtime-image.ts';
import type { SandboxBackend, SandboxKind, SandboxProvider } from '../../../apps/executor/src/sandbox/sandbox.ts';

const answers = async (docker: Docker): Promise<boolean> => {
  try {
    await docker.ping();
    return true;
  } catch {
    return false;
  }
};

/**
 * The Docker engine where one answers, or undefined: tests that need it are then skipped. With `CI=true` nothing is
 * left out, so it is always there, and they fail instead.
 */
export const docker: Docker | undefined = await (async () => {
  const engine = new Docker();
  return process.env.CI === 'true' || (await answers(engine)) ? engine : undefined;
})();

export const sandboxKinds: SandboxKind[] = ['docker', 'process'];

let bundle: Promise<string> | undefined;

/** The runtime, bundled once per test file from the sources as they are. */
export const runtimeBundle = (): Promise<string> => {
  bundle ??= (async () => {
    const file = path.join(await makeReadableFolder(), 'sandbox-runtime.mjs');
    await buildRuntime(file);
    return file;
  })();
  return bundle;
};

/** Sandbox processes run as another user, who must be able to get in. */
const makeReadableFolder = async (): Promise<string> => {
  const folder = await mkdtemp(path.join(tmpdir(), 'agentweaver-runtime-'));
  await chmod(folder, 0o755);
  return folder;
};

type SandboxOptions = {
  /** This JavaScript runs in the sandboxes instead of the engine, from when an execution is to start. */
  program?: string;
  installationId?: string;
  executorId?: string;
};

/** What starts real sandboxes. */
export const openBackend = async (
  kind: SandboxKind,
  { program, installationId = `test-${randomUUID()}`, executorId = 'test' }: SandboxOptions = {},
): Promise<SandboxBackend> => {
  if (kind === 'process') {
    if (program === undefined) return createProcessBackend({ bundleFile: await runtimeBundle() });
    const file = path.join(await makeReadableFolder(), 'program.mjs');
    await writeFile(file, `${READY}\n${program}`);
    return createProcessBackend({ bundleFile: file });
  }
  if (!docker) throw new Error('There is no Docker engine.');
  const engine = docker;
  const bundleFile = await runtimeBundle();
  return createDockerBackend({
    docker: engine,
    installationId,
    executorId,
    engineName: 'Docker',
    logger,
    ensureImage: () => ensureRuntimeImage({ docker: engine, bundleFile }),
    ...(program === undefined
      ? {}
      : { command: ({ node }) => [node, '--input-type=module', '-e', `${READY}\n${program}`] }),
  });
};

/** A pool of real sandboxes; unless told otherwise none is started before it is asked for. */
export const openSandboxes = async (
  kind: SandboxKind,
  { pool = {}, ...options }: SandboxOptions & { pool?: Partial<PoolOptions> } = {},
): Promise<SandboxProvider> =>
  createPool({
    backend: await openBackend(kind, options),
    isolation: 'workspace',
    concurrency: 4,
    defaultMemoryMb: 512,
    logger,
    limits: { base: 0 },
    ...pool,
  });

const logger = pino({ level: 'silent' });

/** Tells the executor that the runtime has started, and waits until something is to be executed. */
const READY = `process.stdout.write('{"type":"ready","protocol":${PROTOCOL_VERSION}}\\n');
await new Promise((resolve) => process.stdin.once('data', resolve));`;
