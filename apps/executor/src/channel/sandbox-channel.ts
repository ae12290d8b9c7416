import type { Sandbox } from '../sandbox/sandbox.ts';
import { createFrameDecoder, encodeFrame } from './frame-codec.ts';
import { type HostFrame, type SandboxFrame, sandboxFrameSchema } from './protocol.ts';

export type SandboxChannel = {
  /** Ends when the sandbox does; throws `FrameError` for what is not the protocol. */
  frames: AsyncIterable<SandboxFrame>;
  /**
   * Resolves when the sandbox has room for more, or is gone: how it ended is told by `exited`.
   * Throws `FrameError` when the frame is too long, before anything is written.
   */
  send(frame: HostFrame): Promise<void>;
};

/** The executor's end of the channel to one sandbox. */
export const openChannel = (sandbox: Sandbox): SandboxChannel => {
  const { stdin, stdout } = sandbox;
  const frames = createFrameDecoder(sandboxFrameSchema);
  stdout.on('error', () => frames.end());
  // It may break the protocol before anybody reads; whoever reads then is told.
  frames.on('error', () => undefined);
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
