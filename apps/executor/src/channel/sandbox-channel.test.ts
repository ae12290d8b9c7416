import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { openChannel } from './sandbox-channel.ts';

const setUp = (maxBytes?: number) => {
  const stdout = new PassThrough();
  const channel = openChannel({ stdin: new PassThrough(), stdout }, maxBytes === undefined ? {} : { maxBytes });
  return { stdout, channel };
};
const read = async (frames: AsyncIterable<unknown>): Promise<unknown[]> => {
  const all: unknown[] = [];
  for await (const frame of frames) all.push(frame);
  return all;
};
const PONG = '{"type":"pong","id":1}\n';

test('frames are given until the sandbox ends', async () => {
  const { stdout, channel } = setUp();
  stdout.end(PONG + PONG);
  expect(await read(channel.frames)).toHaveLength(2);
});

test('what breaks the protocol before anybody reads is told to who reads then', async () => {
  const { stdout, channel } = setUp();
  stdout.write('hello\n');
  await new Promise((resolve) => setImmediate(resolve));
  await expect(read(channel.frames)).rejects.toThrow('A frame is not JSON.');
});

test('a sandbox may send so much in all', async () => {
  const { stdout, channel } = setUp(PONG.length * 3);
  const reading = read(channel.frames);
  for (let count = 0; count < 4; count += 1) stdout.write(PONG);
  await expect(reading).rejects.toMatchObject({ data: { code: 'output_too_large' } });
});
