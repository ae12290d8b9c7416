import type { Readable, Writable } from 'node:stream';
import { ExecutionError } from '@agentweaver/core/engine/execution-errors';
import { MAX_SANDBOX_BYTES } from '../tunables.ts';
import { createFrameDecoder, encodeFrame } from './frame-codec.ts';
import { type HostFrame, type SandboxFrame, sandboxFrameSchema } from './protocol.ts';

export type SandboxChannel = {
  /**
   * The next frame, or `undefined` when the sandbox has ended. Throws `FrameError` for what is not the protocol,
   * `output_too_large` for too much of it. One reader at a time.
   */
  read(): Promise<SandboxFrame | undefined>;
  /** Whether something has come that nobody has read, or the channel is broken. */
  hasUnread(): boolean;
  /** The sandbox has said that user code runs in it; this frame is not handed to readers. */
  ranUserCode(): boolean;
  /** A new execution begins: counts its bytes from zero. */
  resetBytes(): void;
  /**
   * Resolves when the sandbox has room for more, or is gone: how it ended is told by `exited`.
   * Throws `FrameError` when the frame is too long, before anything is written.
   */
  send(frame: HostFrame): Promise<void>;
};

/** The executor's end of the channel to one sandbox, for as long as that lives. */
export const openChannel = (
  sandbox: { readonly stdin: Writable; readonly stdout: Readable },
  { maxBytes = MAX_SANDBOX_BYTES } = {},
): SandboxChannel => {
  const { stdin, stdout } = sandbox;
  const frames = createFrameDecoder(sandboxFrameSchema);
  stdout.on('error', () => frames.end());
  let received = 0;
  let userCode = false;
  let failure: { error: unknown } | undefined;
  let wake: (() => void) | undefined;
  const wakeReader = () => {
    wake?.();
    wake = undefined;
  };
  frames.on('readable', wakeReader);
  frames.on('end', wakeReader);
  frames.on('close', wakeReader);
  // It may break the protocol before anybody reads; whoever reads then is told.
  frames.on('error', (error) => {
    failure ??= { error };
    wakeReader();
  });
  stdout.on('data', (chunk: Buffer) => {
    received += chunk.length;
    if (received > maxBytes) frames.destroy(sentTooMuch(maxBytes));
  });
  stdout.pipe(frames);

  return {
    read: async () => {
      for (;;) {
        const frame = frames.read() as SandboxFrame | null;
        if (frame?.type === 'user_code') userCode = true;
        else if (frame) return frame;
        else if (failure) throw failure.error;
        else if (frames.readableEnded || frames.destroyed) return undefined;
        else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    },
    hasUnread: () => failure !== undefined || frames.readableLength > 0,
    ranUserCode: () => userCode,
    resetBytes: () => {
      received = 0;
    },
    send: (frame) => {
      const line = encodeFrame(frame);
      return new Promise((resolve) => {
        if (stdin.destroyed || stdin.writableEnded) resolve();
        else {
          // Frames of one turn of the event loop go out together.
          if (stdin.writableCorked === 0) {
            stdin.cork();
            setImmediate(() => stdin.uncork());
          }
          stdin.write(line, () => resolve());
        }
      });
    },
  };
};

const sentTooMuch = (maxBytes: number): ExecutionError =>
  new ExecutionError({
    code: 'output_too_large',
    message: `The steps of this execution have handed on more than ${(maxBytes / 1_000_000).toFixed(0)} MB in all.`,
    hint: 'Hand on less: a selection, or the path of a file of the run.',
  });
