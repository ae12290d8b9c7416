import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { openChannel, type SandboxChannel } from './sandbox-channel.ts';

const setUp = (maxBytes?: number) => {
  const stdout = new PassThrough();
  const channel = openChannel({ stdin: new PassThrough(), stdout }, maxBytes === undefined ? {} : { maxBytes });
  return { stdout, channel };
};
const readAll = async (channel: SandboxChannel): Promise<unknown[]> => {
  const all: unknown[] = [];
  for (let frame = await channel.read(); frame; frame = await channel.read()) all.push(frame);
  return all;
};
const turn = () => new Promise((resolve) => setImmediate(resolve));
const PONG = '{"type":"pong","id":1}\n';

test('frames are given until the sandbox ends', async () => {
  const { stdout, channel } = setUp();
  stdout.end(PONG + PONG);
  expect(await readAll(channel)).toHaveLength(2);
});

test('what breaks the protocol before anybody reads is told to who reads then', async () => {
  const { stdout, channel } = setUp();
  stdout.write('hello\n');
  await turn();
  expect(channel.hasUnread()).toBe(true);
  await expect(readAll(channel)).rejects.toThrow('A frame is not JSON.');
});

test('a sandbox may send so much in all', async () => {
  const { stdout, channel } = setUp(PONG.length * 3);
  const reading = readAll(channel);
  for (let count = 0; count < 4; count += 1) stdout.write(PONG);
  await expect(reading).rejects.toMatchObject({ data: { code: 'output_too_large' } });
});

test('what one execution sent does not count for the next', async () => {
  const { stdout, channel } = setUp(PONG.length * 3);
  for (let execution = 0; execution < 3; execution += 1) {
    stdout.write(PONG + PONG);
    await channel.read();
    await channel.read();
    expect(channel.hasUnread()).toBe(false);
    channel.resetBytes();
  }
});

test('that user code runs is remembered, and no frame for readers', async () => {
  const { stdout, channel } = setUp();
  stdout.write(`{"type":"user_code"}\n${PONG}`);
  expect(await channel.read()).toMatchObject({ type: 'pong' });
  expect(channel.ranUserCode()).toBe(true);
});
