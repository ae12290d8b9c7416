import { availableParallelism, totalmem } from 'node:os';
import { ExecutionError } from '@agentweaver/core/engine/execution-errors';
import { findIsolation } from './process-isolation.ts';
import type { Tools } from './process-namespaces.ts';
import type { Protection } from './process-self-test.ts';
import type { Sandbox, SandboxBackend } from './sandbox.ts';
import { type ProcessSandbox, type StartOptions, startProcess } from './start-process.ts';

export type ProcessBackend = SandboxBackend & {
  /** What the self-test found, threat by threat. */
  readonly protections: readonly Protection[];
};

/**
 * Where no Docker engine answers: a child Node with as much of the kernel's isolation as this machine gives, found out
 * by trying. Weaker than a container, and every screen says so.
 */
export const createProcessBackend = async ({
  bundleFile,
  command,
  tools,
}: {
  bundleFile: string;
  /** Tests put hostile programs here, and take tools away. */
  command?: StartOptions['command'];
  tools?: Tools;
}): Promise<ProcessBackend> => {
  const isolation = await findIsolation({ bundleFile, ...(tools ? { tools } : {}) });
  const running = new Map<string, ProcessSandbox>();
  return {
    kind: 'process',
    description: isolation.description,
    protections: isolation.protections,
    host: { cores: availableParallelism(), memoryBytes: process.constrainedMemory() || totalmem(), local: true },
    boot: async ({ memoryMb }): Promise<Sandbox> => {
      try {
        const sandbox = await startProcess({ ...isolation, bundleFile, command }, memoryMb);
        running.set(sandbox.id, sandbox);
        void sandbox.exited.then(() => running.delete(sandbox.id));
        return sandbox;
      } catch (error) {
        throw new ExecutionError(
          {
            code: 'sandbox_start_failed',
            message: 'The process for this execution could not be started.',
            hint: 'Run it again. If it goes on, the operator finds the reason in the log of the executor.',
          },
          { cause: error },
        );
      }
    },
    limitProcessor: async ({ id }) => running.get(id)?.limitProcessor(),
    // The kernel ends them with their executor, and what is left of files the next one removes at its start.
    reap: async () => 0,
    check: async () => undefined,
    close: async () => {
      await Promise.all([...running.values()].map((sandbox) => sandbox.kill()));
      await isolation.close();
    },
  };
};
