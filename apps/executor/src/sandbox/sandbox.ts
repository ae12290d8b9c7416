import type { Readable, Writable } from 'node:stream';

export type SandboxKind = 'docker' | 'process';

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

export type SandboxRequest = {
  workspaceId: string;
  executionId: string;
  /** The claim that this sandbox works for; one of an older claim is a stray. */
  attemptId: string;
  memoryMb: number;
};

/** Hands out sandboxes. One that starts them ahead of need fits behind the same two functions. */
export type SandboxProvider = {
  readonly kind: SandboxKind;
  /** What holds user code back here, in one sentence for people. */
  readonly description: string;
  /** Rejects with `ExecutionError` `sandbox_start_failed`. */
  acquire(request: SandboxRequest): Promise<Sandbox>;
  /** Stops what was started and not handed out. */
  close(): Promise<void>;
};

/** What a sandbox process gets of the environment. Its type is given: in one program with Next, `{}` lacks NODE_ENV. */
export const NO_ENVIRONMENT: NodeJS.ProcessEnv = Object.create(null);

/** Arguments of Node for the runtime: no files but its own, no child processes, no add-ons; workers for Code nodes. */
export const runtimeArguments = ({ bundle, memoryMb }: { bundle: string; memoryMb: number }): string[] => [
  '--permission',
  '--allow-worker',
  `--allow-fs-read=${bundle}`,
  // The rest of the memory is for buffers, stacks and the binary itself.
  `--max-old-space-size=${Math.floor(memoryMb * 0.7)}`,
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
