import { Transform, type TransformCallback } from 'node:stream';

const HEADER_BYTES = 8;
const STDERR = 2;

/**
 * Splits what Docker multiplexes on an attached stream without a terminal: `[stream, 0, 0, 0, length (4, big endian)]`
 * and then the payload. Standard output is this stream's readable side, passed on as it arrives and with
 * backpressure; standard error goes to `onStderr`, which must not keep all of it.
 */
export const createDockerDemux = ({ onStderr }: { onStderr: (chunk: Buffer) => void }): Transform => {
  const header = Buffer.alloc(HEADER_BYTES);
  let headerFilled = 0;
  let stream = 0;
  let remaining = 0;

  return new Transform({
    transform(chunk: Buffer, _encoding: BufferEncoding, callback: TransformCallback) {
      let offset = 0;
      while (offset < chunk.length) {
        if (remaining === 0) {
          const copied = chunk.copy(header, headerFilled, offset, offset + HEADER_BYTES - headerFilled);
          headerFilled += copied;
          offset += copied;
          if (headerFilled < HEADER_BYTES) break;
          headerFilled = 0;
          stream = header.readUInt8(0);
          remaining = header.readUInt32BE(4);
          continue;
        }
        const payload = chunk.subarray(offset, offset + remaining);
        offset += payload.length;
        remaining -= payload.length;
        if (stream === STDERR) onStderr(payload);
        else this.push(payload);
      }
      callback();
    },
  });
};
