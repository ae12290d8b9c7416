import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { constants, setPriority } from 'node:os';
import { STDERR_TAIL_BYTES } from '../tunables.ts';
import type { ControlGroup, ControlGroups } from './process-cgroup.ts';
import { residentBytes, threadsOf } from './process-memory.ts';
import { type ProcessPlan, wrapCommand } from './process-namespaces.ts';
import {
  createTail,
  NO_ENVIRONMENT,
  runtimeArguments,
  type Sandbox,
  type SandboxExit,
  saysHeapIsFull,
} from './sandbox.ts';

const MEMORY_CHECK_MS = 50;
/** Where nothing limits the processor, others come first. */
const NICE = 10;
/** As a shell gives it: 128 plus SIGKILL. */
const KILLED = 137;

export type ProcessSandbox = Sandbox & { limitProcessor(): Promise<void> };

export type StartOptions = {
  plan: ProcessPlan;
  groups?: ControlGroups | undefined;
  /** The runtime, where the plan has no root folder of its own. */
  bundleFile: string;
  /** What to run instead of the runtime; tests put hostile programs here. */
  command?: ((files: { node: string; bundle: string }, memoryMb: number) => string[]) | undefined;
};

/** Rejects when the process cannot be started at all. */
export const startProcess = async (
  { plan, groups, bundleFile, command: own }: StartOptions,
  memoryMb: number,
): Promise<ProcessSandbox> => {
  const group = await groups?.create({ memoryMb });
  const { node, bundle } = plan.root ?? { node: process.execPath, bundle: bundleFile };
  const program = own?.({ node, bundle }, memoryMb) ?? [node, ...runtimeArguments({ bundle, memoryMb })];
  const { command, args, options } = wrapCommand(plan, program, { groupFiles: group?.joinFiles ?? [] });
  const child = spawn(command, args, { ...options, env: NO_ENVIRONMENT, cwd: '/', stdio: ['pipe', 'pipe', 'pipe'] });
  try {
    await started(child);
  } catch (error) {
    await group?.remove();
    throw error;
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
    killTree(child);
  }, MEMORY_CHECK_MS);

  const exited = new Promise<SandboxExit>((resolve) => {
    child.once('close', (code, signal) => {
      clearInterval(watch);
      const text = tail.text();
      const number = code ?? (signal ? 128 + constants.signals[signal] : KILLED);
      void endOf(group).then((outOfMemory) =>
        resolve({ code: number, outOfMemory: overLimit || outOfMemory || saysHeapIsFull(text), stderr: text }),
      );
    });
  });

  return {
    id: `process-${child.pid}-${randomUUID().slice(0, 8)}`,
    kind: 'process',
    memoryMb,
    stdin,
    stdout,
    exited,
    limitProcessor: async () => {
      if (group) return group.limitProcessor();
      for (const thread of threadsOf(child.pid ?? 0)) giveWay(thread);
    },
    kill: async () => {
      killTree(child);
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

/** Everything of its process group, wrapper and all; a process namespace takes with it what has left the group. */
const killTree = (child: ChildProcess): void => {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
};

const endOf = async (group: ControlGroup | undefined): Promise<boolean> => {
  if (!group) return false;
  const outOfMemory = await group.ranOutOfMemory();
  await group.remove();
  return outOfMemory;
};

const giveWay = (thread: number): void => {
  try {
    setPriority(thread, NICE);
  } catch {
    // It has ended.
  }
};
