import { randomUUID } from 'node:crypto';
import { createPrisma } from '@agentweaver/db/client';
import {
  createLiveChannel,
  type LiveChannel,
  type LiveChannelConfig,
  type LiveMessage,
} from '@agentweaver/db/live-channel';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from './support/database.ts';
import { redisPrefix, redisUrl } from './support/redis.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const prefix = redisPrefix();
const backends: [string, () => LiveChannelConfig][] = [
  ['PostgreSQL', () => ({ databaseUrl: database.databaseUrl })],
  ['Redis', () => ({ databaseUrl: database.databaseUrl, redisUrl, prefix })],
];

describe.each(backends)('the live channel on %s', (name, configOf) => {
  if (name === 'Redis' && !redisUrl) {
    it.skip('needs Redis', () => undefined);
    return;
  }

  const open: LiveChannel[] = [];
  const channel = () => {
    const opened = createLiveChannel(configOf());
    open.push(opened);
    return opened;
  };
  afterEach(async () => {
    await Promise.all(open.splice(0).map((each) => each.close()));
  });

  it('brings messages of one execution to each of its subscribers, in order', async () => {
    const [sender, reader] = [channel(), channel()];
    const [id, other] = [randomUUID(), randomUUID()];
    const [first, second, foreign]: LiveMessage[][] = [[], [], []];
    await reader.subscribe(id, (message) => first?.push(message));
    await reader.subscribe(id, (message) => second?.push(message));
    await reader.subscribe(other, (message) => foreign?.push(message));
    for (let lastSeq = 1; lastSeq <= 20; lastSeq += 1) await sender.publish(id, { type: 'events', lastSeq });
    await vi.waitFor(() => expect(first).toHaveLength(20));
    expect(first).toEqual(Array.from({ length: 20 }, (_, i) => ({ type: 'events', lastSeq: i + 1 })));
    expect(second).toEqual(first);
    expect(foreign).toEqual([]);
  });

  it('carries a long delta of any characters', async () => {
    const [sender, reader] = [channel(), channel()];
    const id = randomUUID();
    const text = '\0"é\u{1F600}\n'.repeat(2_000);
    let received = '';
    await reader.subscribe(id, (message) => {
      if (message.type === 'delta') received += message.text;
    });
    await sender.publish(id, { type: 'delta', nodeId: 'agent', iteration: '', text });
    await vi.waitFor(() => expect(received.length).toBe(text.length));
    expect(received).toBe(text);
  });

  it('stops for one subscriber and goes on for the other', async () => {
    const bus = channel();
    const id = randomUUID();
    const [gone, stays]: LiveMessage[][] = [[], []];
    const unsubscribe = await bus.subscribe(id, (message) => gone?.push(message));
    await bus.subscribe(id, (message) => stays?.push(message));
    await unsubscribe();
    await unsubscribe();
    await bus.publish(id, { type: 'events', lastSeq: 1 });
    await vi.waitFor(() => expect(stays).toHaveLength(1));
    expect(gone).toEqual([]);
  });

  it('hears a subscriber that comes back', async () => {
    const bus = channel();
    const id = randomUUID();
    await (await bus.subscribe(id, () => undefined))();
    const heard: LiveMessage[] = [];
    await bus.subscribe(id, (message) => heard.push(message));
    await bus.publish(id, { type: 'events', lastSeq: 2 });
    await vi.waitFor(() => expect(heard).toEqual([{ type: 'events', lastSeq: 2 }]));
  });

  it('tells of the cancels of all executions, and of nothing else', async () => {
    const [sender, executor] = [channel(), channel()];
    const [first, second] = [randomUUID(), randomUUID()];
    const cancelled: string[] = [];
    const unsubscribe = await executor.onCancel((id) => cancelled.push(id));
    await sender.publish(first, { type: 'events', lastSeq: 1 });
    await sender.publishCancel(first);
    await sender.publishCancel(second);
    await vi.waitFor(() => expect(cancelled).toEqual([first, second]));
    await unsubscribe();
    const heard: LiveMessage[] = [];
    await executor.subscribe(second, (message) => heard.push(message));
    await sender.publishCancel(first);
    await sender.publish(second, { type: 'events', lastSeq: 1 });
    await vi.waitFor(() => expect(heard).toHaveLength(1));
    expect(cancelled).toEqual([first, second]);
  });
});

it('on PostgreSQL comes back after its connections were cut', async () => {
  const errors: Error[] = [];
  const bus = createLiveChannel({ databaseUrl: database.databaseUrl, onError: (error) => errors.push(error) });
  const id = randomUUID();
  const heard: LiveMessage[] = [];
  await bus.subscribe(id, (message) => heard.push(message));
  await bus.publish(id, { type: 'events', lastSeq: 1 });
  await vi.waitFor(() => expect(heard).toHaveLength(1));

  const prisma = createPrisma({ databaseUrl: database.databaseUrl });
  await prisma.$queryRaw`
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'agentweaver-live'`;
  await prisma.$disconnect();
  await vi.waitFor(
    async () => {
      await bus.publish(id, { type: 'events', lastSeq: 2 });
      expect(heard.at(-1)).toEqual({ type: 'events', lastSeq: 2 });
    },
    { timeout: 10_000, interval: 100 },
  );
  expect(errors.length).toBeGreaterThan(0);
  await bus.close();
});
