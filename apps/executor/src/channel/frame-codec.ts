import { Transform, type TransformCallback } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import type { z } from 'zod';
import { MAX_FRAME_BYTES } from './protocol.ts';

/** The other end sent something that is not the protocol. The text never repeats what was sent. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

const NEWLINE = 0x0a;

/**
 * Bytes in, validated frames out. One line is one frame. A line over `maxBytes` fails the stream before it is held
 * in memory; a full readable side stops the writable side, so a flood waits in the sender's pipe.
 */
export const createFrameDecoder = <Frame>(schema: z.ZodType<Frame>, { maxBytes = MAX_FRAME_BYTES } = {}): Transform => {
  let decoder = new StringDecoder('utf8');
  let parts: string[] = [];
  let bytes = 0;

  const take = (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new FrameError(`A frame is longer than ${maxBytes} bytes.`);
    parts.push(decoder.write(chunk));
  };

  const endLine = (): Frame | undefined => {
    const line = parts.join('') + decoder.end();
    decoder = new StringDecoder('utf8');
    parts = [];
    bytes = 0;
    return line.trim() === '' ? undefined : parseFrame(schema, line);
  };

  return new Transform({
    readableObjectMode: true,
    readableHighWaterMark: 16,
    transform(chunk: Buffer, _encoding: BufferEncoding, callback: TransformCallback) {
      try {
        let start = 0;
        for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
          take(chunk.subarray(start, end));
          const frame = endLine();
          if (frame !== undefined) this.push(frame);
          start = end + 1;
        }
        if (start < chunk.length) take(chunk.subarray(start));
        callback();
      } catch (error) {
        callback(error as Error);
      }
    },
    flush(callback: TransformCallback) {
      // A half line at the end is what a killed sandbox leaves behind; how it ended says more than the fragment.
      callback();
    },
  });
};

const parseFrame = <Frame>(schema: z.ZodType<Frame>, line: string): Frame => {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    throw new FrameError('A frame is not JSON.');
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue && issue.path.length > 0 ? ` at ${issue.path.join('.')}` : '';
  throw new FrameError(`A frame does not follow the protocol${where}: ${issue?.message ?? 'unknown shape'}.`);
};

/** One frame as a line. Throws `FrameError` when it is longer than the other end would take. */
export const encodeFrame = <Frame extends { type: string }>(
  frame: Frame,
  { maxBytes = MAX_FRAME_BYTES } = {},
): string => {
  const line = JSON.stringify(frame);
  // The cheap bound first: UTF-8 takes at most three bytes per UTF-16 unit.
  if (line.length * 3 > maxBytes && Buffer.byteLength(line) > maxBytes) {
    throw new FrameError(`A ${frame.type} frame is longer than ${maxBytes} bytes.`);
  }
  return `${line}\n`;
};
