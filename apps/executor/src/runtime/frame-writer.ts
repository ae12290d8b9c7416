import type { Writable } from 'node:stream';
import { encodeFrame } from '../channel/frame-codec.ts';
import type { SandboxFrame } from '../channel/protocol.ts';

export type FrameWriter = {
  /**
   * Resolves when there is room for more; the frame is written at the end of this turn of the event loop, together with
   * the others of the turn. Throws `FrameError` when it is too long, before anything is written.
   */
  send(frame: SandboxFrame): Promise<void>;
  /** Resolves when everything that was sent is written. */
  flush(): Promise<void>;
};

/** So many characters wait for the end of the turn; then senders wait for them to be written. */
const MAX_WAITING = 64 * 1024;

/**
 * The one writer of the channel. Waiting for it keeps the engine from running ahead of the executor. A frame each would
 * cost a system call here and three more, of two other processes, on the way to the executor.
 */
export const createFrameWriter = (stream: Writable): FrameWriter => {
  const write = stream.write.bind(stream) as (text: string, done: (error?: Error | null) => void) => boolean;
  let waiting = '';
  let turn: Promise<void> | undefined;
  let last: Promise<void> = Promise.resolve();

  const writeAll = (): Promise<void> => {
    const text = waiting;
    waiting = '';
    turn = undefined;
    return new Promise((resolve, reject) => {
      write(text, (error) => (error ? reject(error) : resolve()));
    });
  };
  const endOfTurn = (): Promise<void> => {
    turn ??= new Promise<void>((resolve) => setImmediate(resolve)).then(writeAll);
    last = turn;
    return turn;
  };

  return {
    send: async (frame) => {
      waiting += encodeFrame(frame);
      const written = endOfTurn();
      if (waiting.length > MAX_WAITING) await written;
      else written.catch(() => undefined);
    },
    flush: () => last,
  };
};
