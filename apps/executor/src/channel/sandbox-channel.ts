import { ExecutionError } from '@agentweaver/core/engine/execution-errors';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { MAX_SANDBOX_BYTES } from '../tunables.ts';
import { createFrameDecoder, encodeFrame } from './frame-codec.ts';
import { type HostFrame, type SandboxFrame, sandboxFrameSchema } from './protocol.ts';

export type SandboxChannel = {
  /** Ends when the sandbox does; throws `FrameError` for what is not the protocol, `output_too_large` for too much of it. */
  frames: AsyncIterable<SandboxFrame>;
  /**
   * Resolves when the sandbox has room for more, or is gone: how it ended is told by `exited`.
   * Throws `FrameError` when the frame is too long, before anything is written.
   */
  send(frame: HostFrame): Promise<void>;
};

/** The executor's end of the channel to one sandbox. */
export const openChannel = (
  sandbox: Pick<Sandbox, 'stdin' | 'stdout'>,
  { maxBytes = MAX_SANDBOX_BYTES } = {},
): SandboxChannel => {
  const { stdin, stdout } = sandbox;
  const frames = createFrameDecoder(sandboxFrameSchema);
  stdout.on('error', () => frames.end());
  // It may break the protocol before anybody reads; whoever reads then is told.
  frames.on('error', () => undefined);
  let received = 0;
  stdout.on('data', (chunk: Buffer) => {
    received += chunk.length;
    if (received > maxBytes) frames.destroy(sentTooMuch(maxBytes));
  });
  stdout.pipe(frames);

  return {
    frames: frames as AsyncIterable<SandboxFrame>,
    send: (frame) => {
      const line = encodeFrame(frame);
      return new Promise((resolve) => {
        if (stdin.destroyed || stdin.writableEnded) resolve();
        else stdin.write(line, () => resolve());
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
