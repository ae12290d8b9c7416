import type { Readable, Writable } from 'node:stream';
import type { SandboxChannel } from '../channel/sandbox-channel.ts';
import { SANDBOX_HEAP_SHARE } from '../tunables.ts';

export type SandboxKind = 'docker' | 'process' | 'kubernetes';

export type SandboxExit = {
  /** As a shell gives it: the exit code, or 128 plus the signal. */
  code: number;
  /** It was stopped because it used more than its memory. */
  outOfMemory: boolean;
  /** The end of what it wrote to standard error. For the executor's log; user code may have written it. */
  stderr: string;
};

/** A running engine, cut off from everything but its two streams. */
export type Sandbox = {
  readonly id: string;
  readonly kind: SandboxKind;
  readonly memoryMb: number;
  /** Frames to the sandbox. */
  readonly stdin: Writable;
  /** Frames from the sandbox; ends when it ends. */
  readonly stdout: Readable;
  /** Never rejects. */
  readonly exited: Promise<SandboxExit>;
  /** Ends it if it still runs and removes what is left of it. Safe to call at any time and again. */
  kill(): Promise<void>;
};

/**
 * Of the executors that were found on sandboxes, those that are dead. Asked after the sandboxes were listed: an executor
 * that starts in between is alive by then.
 */
export type FindDead = (executorIds: readonly string[]) => Promise<ReadonlySet<string>>;

/** What starts sandboxes: Docker, Kubernetes, or child processes of this machine. */
export type SandboxBackend = {
  readonly kind: SandboxKind;
  /** What holds user code back here, in one sentence for people. */
  readonly description: string;
  /** In ms; absent: as long as a container may take. A cluster may have to pull an image or add a node first. */
  readonly bootTimeoutMs?: number;
  /** Where its sandboxes run, when that is one machine; a cluster finds room by itself. */
  readonly host?: SandboxHost;
  /**
   * Starts one for nobody in particular, with all the processor it can get; its engine says `ready` on the channel some
   * time later. Rejects with `ExecutionError` `sandbox_start_failed`.
   */
  boot(request: { memoryMb: number }): Promise<Sandbox>;
  /** Holds it to the processor share of an execution, from when its engine is ready. */
  limitProcessor(sandbox: Sandbox): Promise<void>;
  /**
   * Removes sandboxes with this installation's mark that nobody needs: those of executors that `findDead` tells of, and
   * those of this one that it does not know (it knows what it boots, too). Returns how many.
   */
  reap(findDead: FindDead): Promise<number>;
  /** Resolves when it would take a boot now; rejects with the reason, for `/ready`. */
  check(): Promise<void>;
  close(): Promise<void>;
};

export type SandboxHost = {
  cores: number;
  memoryBytes: number;
  /** It is the executor's own machine: how busy it is can be seen from here. */
  local: boolean;
};

export type SandboxRequest = {
  workspaceId: string;
  executionId: string;
  /** The claim that this sandbox works for. */
  attemptId: string;
  memoryMb: number;
  /** Told when none stands ready, and one has to be started or to come back. */
  onWait?: () => void;
};

/** One execution's use of a sandbox that is ready. */
export type SandboxLease = {
  readonly sandbox: Sandbox;
  readonly channel: SandboxChannel;
  /** It stood ready: nothing was started for this execution. */
  readonly warm: boolean;
  /**
   * Gives it back after the execution's last event: it may serve the same workspace again when its engine says that it is
   * idle and no user code ran in it; else it is removed. Returns at once; safe to call again.
   */
  release(): void;
  /** Ends it and what runs in it. */
  kill(): Promise<void>;
};

/** Hands out sandboxes, started ahead of need; see `pool/pool.ts`. */
export type SandboxProvider = {
  readonly kind: SandboxKind;
  readonly description: string;
  /** Rejects with `ExecutionError` `sandbox_start_failed`, or with the signal's reason. */
  acquire(request: SandboxRequest, signal: AbortSignal): Promise<SandboxLease>;
  /** Executions that wait on the queue: what the pool is sized by. */
  expect(queueDepth: number): void;
  /** As `SandboxBackend.reap`. */
  reap(findDead: FindDead): Promise<number>;
  /** Resolves when executions would get a sandbox now; rejects with the reason, for `/ready`. */
  check(): Promise<void>;
  /** Removes every sandbox, also those in use; resolves when none is left. */
  close(): Promise<void>;
};

/** What a sandbox process gets of the environment. Its type is given: in one program with Next, `{}` lacks NODE_ENV. */
export const NO_ENVIRONMENT: NodeJS.ProcessEnv = Object.create(null);

/** Arguments of Node for the runtime: no files but its own, no child processes, no add-ons; workers for Code nodes. */
export const runtimeArguments = ({
  bundle,
  snapshot,
  memoryMb,
}: {
  bundle: string;
  /** A heap to start from instead of loading the bundle; only from the very Node that runs. */
  snapshot?: string;
  memoryMb: number;
}): string[] => [
  ...(snapshot === undefined ? [] : ['--snapshot-blob', snapshot]),
  '--permission',
  '--allow-worker',
  `--allow-fs-read=${bundle}`,
  `--max-old-space-size=${Math.floor(memoryMb * SANDBOX_HEAP_SHARE)}`,
  '--no-warnings',
  bundle,
];

/** Keeps the last bytes of a stream that may be endless. */
export const createTail = (maxBytes: number): { push: (chunk: Buffer) => void; text: () => string } => {
  let kept = Buffer.alloc(0);
  return {
    push: (chunk) => {
      kept = Buffer.concat([kept, chunk.subarray(-maxBytes)]).subarray(-maxBytes);
    },
    text: () => kept.toString('utf8'),
  };
};

/** V8 says so and aborts when its own heap is full, before any outer limit is reached. */
export const saysHeapIsFull = (stderr: string): boolean => /heap out of memory|Reached heap limit/.test(stderr);
