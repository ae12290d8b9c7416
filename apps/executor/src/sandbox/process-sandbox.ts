import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { constants } from 'node:os';
import { ExecutionError } from '@agentweaver/core/engine/execution-errors';
import { STDERR_TAIL_BYTES } from '../tunables.ts';
import { type Isolation, probeIsolation } from './process-isolation.ts';
import { residentBytes } from './process-memory.ts';
import {
  createTail,
  NO_ENVIRONMENT,
  runtimeArguments,
  type Sandbox,
  type SandboxExit,
  type SandboxProvider,
  type SandboxRequest,
  saysHeapIsFull,
} from './sandbox.ts';

const MEMORY_CHECK_MS = 50;

/**
 * Where no Docker engine answers: a child Node without environment, files, child processes and add-ons, with as much
 * of the kernel's isolation as this machine gives. Weaker than a container, and every screen says so.
 */
export const createProcessProvider = async ({ bundleFile }: { bundleFile: string }): Promise<SandboxProvider> => {
  const isolation = await probeIsolation(bundleFile);
  return {
    kind: 'process',
    description: isolation.description,
    acquire: async (request) => startProcess({ bundleFile, isolation }, request),
    close: async () => undefined,
  };
};

const startProcess = async (
  { bundleFile, isolation }: { bundleFile: string; isolation: Isolation },
  { memoryMb }: SandboxRequest,
): Promise<Sandbox> => {
  const [command = '', ...wrapper] = [
    ...isolation.wrapper,
    process.execPath,
    ...runtimeArguments({ bundle: bundleFile, memoryMb }),
  ];
  const child = spawn(command, wrapper, {
    ...isolation.options,
    env: NO_ENVIRONMENT,
    cwd: '/',
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  try {
    await started(child);
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
  const { stdin, stdout, stderr } = child;
  const tail = createTail(STDERR_TAIL_BYTES);
  stderr.on('data', tail.push);
  // Writing to a process that has just ended is not an error of ours; how it ended is told by `exited`.
  stdin.on('error', () => undefined);

  let overLimit = false;
  const watch = setInterval(() => {
    if (residentBytes(child.pid) <= memoryMb * 1024 * 1024) return;
    overLimit = true;
    child.kill('SIGKILL');
  }, MEMORY_CHECK_MS);

  const exited = new Promise<SandboxExit>((resolve) => {
    child.once('close', (code, signal) => {
      clearInterval(watch);
      const text = tail.text();
      const number = code ?? 128 + (signal ? constants.signals[signal] : 0);
      resolve({ code: number, outOfMemory: overLimit || saysHeapIsFull(text), stderr: text });
    });
  });

  return {
    id: `process-${child.pid}-${randomUUID().slice(0, 8)}`,
    kind: 'process',
    memoryMb,
    stdin,
    stdout,
    exited,
    kill: async () => {
      child.kill('SIGKILL');
      // `close` waits for the streams, and nobody may be reading any more.
      stdout.resume();
      await exited;
    },
  };
};

const started = (child: ChildProcess): Promise<void> =>
  new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
