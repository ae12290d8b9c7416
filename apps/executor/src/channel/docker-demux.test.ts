import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createDockerDemux } from './docker-demux.ts';

const dockerFrame = (stream: number, payload: Buffer): Buffer => {
  const header = Buffer.alloc(8);
  header.writeUInt8(stream, 0);
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
};

test('separates both streams, wherever the bytes are cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom(1, 2), fc.uint8Array({ maxLength: 30 })), { maxLength: 10 }),
      fc.integer({ min: 1, max: 13 }),
      async (writes, size) => {
        const bytes = Buffer.concat(writes.map(([stream, payload]) => dockerFrame(stream, Buffer.from(payload))));
        const pieces: Buffer[] = [];
        for (let offset = 0; offset < bytes.length; offset += size) pieces.push(bytes.subarray(offset, offset + size));

        const stdout: Buffer[] = [];
        const stderr: Buffer[] = [];
        const demux = createDockerDemux({ onStderr: (chunk) => stderr.push(Buffer.from(chunk)) });
        await pipeline(Readable.from(pieces), demux, async (source) => {
          for await (const chunk of source) stdout.push(chunk as Buffer);
        });

        const expected = (wanted: number) =>
          Buffer.concat(writes.filter(([stream]) => stream === wanted).map(([, payload]) => Buffer.from(payload)));
        expect(Buffer.concat(stdout)).toEqual(expected(1));
        expect(Buffer.concat(stderr)).toEqual(expected(2));
      },
    ),
    { numRuns: 80 },
  );
});
