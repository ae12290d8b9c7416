import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createFrameDecoder, encodeFrame, FrameError } from './frame-codec.ts';
import { sandboxFrameSchema } from './protocol.ts';

const anyFrame = z.object({ type: z.string(), text: z.string() });

const decode = async <T>(chunks: Buffer[], schema: z.ZodType<T>, maxBytes?: number): Promise<T[]> => {
  const decoder = createFrameDecoder(schema, { maxBytes });
  const frames: T[] = [];
  await pipeline(Readable.from(chunks), decoder, async (source) => {
    for await (const frame of source) frames.push(frame as T);
  });
  return frames;
};

/** Cuts the bytes into pieces, also in the middle of a character. */
const cut = (bytes: Buffer, sizes: number[]): Buffer[] => {
  const pieces: Buffer[] = [];
  let offset = 0;
  for (let turn = 0; offset < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    pieces.push(bytes.subarray(offset, offset + size));
    offset += size;
  }
  return pieces;
};

describe('frames', () => {
  test('come out as they went in, wherever the bytes are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 }),
        async (texts, sizes) => {
          const frames = texts.map((text) => ({ type: 'x', text }));
          const bytes = Buffer.from(frames.map((frame) => encodeFrame(frame)).join(''));
          expect(await decode(cut(bytes, sizes), anyFrame)).toEqual(frames);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('fail the stream when they are not JSON, and the text is not repeated', async () => {
    const decoding = decode([Buffer.from('secret-token\n')], sandboxFrameSchema);
    await expect(decoding).rejects.toThrow(FrameError);
    await expect(decoding).rejects.not.toThrow(/secret-token/);
  });

  test('fail the stream when the shape is unknown', async () => {
    await expect(decode([Buffer.from('{"type":"shutdown"}\n')], sandboxFrameSchema)).rejects.toThrow(/protocol/);
    await expect(decode([Buffer.from('{"type":"pong","id":"x"}\n')], sandboxFrameSchema)).rejects.toThrow(/at id/);
  });

  test('are refused as soon as they pass the limit, before the newline', async () => {
    const decoder = createFrameDecoder(anyFrame, { maxBytes: 1_000 });
    const failed = once(decoder, 'error');
    decoder.write(Buffer.alloc(600, 'a'));
    decoder.write(Buffer.alloc(600, 'a'));
    const [error] = await failed;
    expect(error).toBeInstanceOf(FrameError);
    expect(() => encodeFrame({ type: 'x', text: 'é'.repeat(500) }, { maxBytes: 1_000 })).toThrow(FrameError);
  });

  test('that were cut off by the end are dropped', async () => {
    const bytes = Buffer.from(`${encodeFrame({ type: 'x', text: '1' })}{"type":"x","te`);
    expect(await decode([bytes], anyFrame)).toEqual([{ type: 'x', text: '1' }]);
  });

  test('hold the sender back while nobody reads', async () => {
    const source = new PassThrough({ highWaterMark: 16_384 });
    const decoder = createFrameDecoder(anyFrame);
    source.pipe(decoder);
    const line = encodeFrame({ type: 'x', text: 'y'.repeat(1_000) });
    let written = 0;
    while (source.write(line) && written < 10_000) written += 1;
    expect(written).toBeLessThan(200);
    decoder.destroy();
  });
});
