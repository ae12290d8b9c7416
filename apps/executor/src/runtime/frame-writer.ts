import type { Writable } from 'node:stream';
import { encodeFrame } from '../channel/frame-codec.ts';
import type { SandboxFrame } from '../channel/protocol.ts';

export type FrameWriter = {
  /** Resolves when the frame is on its way; throws `FrameError` when it is too long, before anything is written. */
  send(frame: SandboxFrame): Promise<void>;
};

/** The one writer of the channel. Waiting for it keeps the engine from running ahead of the executor. */
export const createFrameWriter = (stream: Writable): FrameWriter => {
  const write = stream.write.bind(stream) as (line: string, done: (error?: Error | null) => void) => boolean;
  return {
    send: (frame) => {
      const line = encodeFrame(frame);
      return new Promise((resolve, reject) => {
        write(line, (error) => (error ? reject(error) : resolve()));
      });
    },
  };
};
