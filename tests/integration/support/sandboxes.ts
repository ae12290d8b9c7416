import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Docker from 'dockerode';
import { buildRuntime } from '../../../apps/executor/scripts/build-runtime.ts';
import { PROTOCOL_VERSION } from '../../../apps/executor/src/channel/protocol.ts';
import { createDockerProvider } from '../../../apps/executor/src/sandbox/docker-sandbox.ts';
import { createProcessProvider } from '../../../apps/executor/src/sandbox/process-sandbox.ts';
import { ensureRuntimeImage } from '../../../apps/executor/src/sandbox/runtime-image.ts';
import type { SandboxKind, SandboxProvider } from '../../../apps/executor/src/sandbox/sandbox.ts';

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

/** A provider of real sandboxes. With `program`, this JavaScript runs in them instead of the engine. */
export const openSandboxes = async (
  kind: SandboxKind,
  { program, installationId = `test-${randomUUID()}` }: { program?: string; installationId?: string } = {},
): Promise<SandboxProvider> => {
  if (kind === 'process') {
    if (program === undefined) return createProcessProvider({ bundleFile: await runtimeBundle() });
    const file = path.join(await makeReadableFolder(), 'program.mjs');
    await writeFile(file, `${READY}\n${program}`);
    return createProcessProvider({ bundleFile: file });
  }
  if (!docker) throw new Error('There is no Docker engine.');
  const engine = docker;
  const bundleFile = await runtimeBundle();
  return createDockerProvider({
    docker: engine,
    installationId,
    executorId: 'test',
    engineName: 'Docker',
    ensureImage: () => ensureRuntimeImage({ docker: engine, bundleFile }),
    ...(program === undefined
      ? {}
      : { command: ({ node }) => [node, '--input-type=module', '-e', `${READY}\n${program}`] }),
  });
};

/** What tells the executor that the runtime has started. */
const READY = `process.stdout.write('{"type":"ready","protocol":${PROTOCOL_VERSION}}\\n');`;
