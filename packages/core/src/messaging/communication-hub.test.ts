import { describe, expect, it } from 'vitest';
import { createVirtualClock } from '../engine/testing/virtual-clock.ts';
import { CommunicationHub, type HubOptions, type MessageHandler } from './communication-hub.ts';
import { type AgentMessage, agentMessageSchema, MAX_MESSAGE_LENGTH } from './message.ts';

const hubWith = (handlers: Record<string, MessageHandler>, options: Partial<HubOptions> = {}) => {
  const clock = createVirtualClock();
  const seen: AgentMessage[] = [];
  const hub = new CommunicationHub({ clock, onMessage: (message) => seen.push(message), ...options });
  for (const [name, handler] of Object.entries(handlers)) hub.register(name, handler);
  return { hub, clock, seen };
};
const never = new AbortController().signal;

describe('a hub', () => {
  it('delivers a message and says so, as it will be logged', async () => {
    const got: unknown[] = [];
    const { hub, seen } = hubWith({ bob: ({ content }) => void got.push(content) });
    const content = { text: 'hi' };
    const sent = hub.send({ from: 'ann', to: 'bob', subject: 'Greeting', content });
    content.text = 'changed afterwards';
    expect(await sent).toBe('m1');
    await hub.idle();
    expect(got).toEqual([{ text: 'hi' }]);
    expect(seen).toEqual([
      {
        id: 'm1',
        from: 'ann',
        to: 'bob',
        kind: 'message',
        subject: 'Greeting',
        content: { text: 'hi' },
        sentAt: 0,
        status: 'delivered',
      },
    ]);
    expect(agentMessageSchema.parse(seen[0])).toEqual(seen[0]);
  });

  it('gives a request its response, and logs both', async () => {
    const { hub, seen } = hubWith({ bob: ({ content }) => Number(content) * 2 });
    expect(await hub.request({ from: 'ann', to: 'bob', subject: 'Double', content: 21 })).toBe(42);
    expect(seen.map(({ id, kind, status, replyTo }) => ({ id, kind, status, replyTo }))).toEqual([
      { id: 'm1', kind: 'request', status: 'delivered', replyTo: undefined },
      { id: 'm2', kind: 'response', status: 'delivered', replyTo: 'm1' },
    ]);
    expect(seen[1]).toMatchObject({ from: 'bob', to: 'ann', content: 42 });
  });

  it('sends a copy to everybody else', async () => {
    const got: string[] = [];
    const take =
      (name: string): MessageHandler =>
      ({ kind }) =>
        void got.push(`${name} ${kind}`);
    const { hub } = hubWith({ ann: take('ann'), bob: take('bob'), cy: take('cy') });
    expect(await hub.broadcast({ from: 'ann', content: 'all' })).toEqual(['m1', 'm2']);
    await hub.idle();
    expect(got).toEqual(['bob broadcast', 'cy broadcast']);
    expect(hub.participants).toEqual(['ann', 'bob', 'cy']);
  });

  it('keeps a bounded history, of all or of one', async () => {
    const { hub } = hubWith({ bob: () => null, cy: () => null }, { historySize: 3 });
    for (const to of ['bob', 'cy', 'cy', 'bob']) await hub.send({ from: 'ann', to, content: null });
    await hub.idle();
    expect(hub.history()).toHaveLength(3);
    expect(hub.history('bob')).toMatchObject([{ id: 'm4' }]);
    expect(hub.history('ann')).toHaveLength(3);
  });

  it('takes one name once', () => {
    const { hub } = hubWith({ bob: () => null });
    expect(() => hub.register('bob', () => null)).toThrow('registered already');
  });
});

describe('dead letters', () => {
  it('name a receiver that nobody knows', async () => {
    const { hub } = hubWith({});
    await expect(hub.send({ from: 'ann', to: 'bob', content: 1 })).rejects.toMatchObject({
      failure: 'unknown_receiver',
      messageId: 'm1',
    });
    await expect(hub.request({ from: 'ann', to: 'bob', content: 1 })).rejects.toMatchObject({
      failure: 'unknown_receiver',
    });
    expect(hub.deadLetters()).toMatchObject([
      { id: 'm1', deadReason: 'There is nobody called “bob”.' },
      { id: 'm2', kind: 'request', status: 'dead' },
    ]);
  });

  it('say that a handler failed; a requester is told why', async () => {
    const failure = new Error('no idea');
    const { hub } = hubWith({
      bob: () => {
        throw failure;
      },
    });
    await hub.send({ from: 'ann', to: 'bob', content: 1 });
    await expect(hub.request({ from: 'ann', to: 'bob', content: 1 })).rejects.toMatchObject({
      failure: 'handler_failed',
      cause: failure,
    });
    expect(hub.deadLetters()).toMatchObject([
      { kind: 'message', deadReason: '“bob” failed: no idea' },
      { kind: 'response', replyTo: 'm2', deadReason: '“bob” failed: no idea' },
    ]);
  });

  it('say that a deadline passed, before or after the request was taken', async () => {
    const told: string[] = [];
    const { hub, clock, seen } = hubWith({});
    const slow: MessageHandler = async (_, { signal }) => {
      signal.addEventListener('abort', () => told.push('stop'));
      await clock.sleep(100, never);
      return 'late';
    };
    hub.register('slow', slow, { mailboxSize: 1 });
    const requests = [1, 2, 3].map((content) =>
      hub.request({ from: 'ann', to: 'slow', content, deadlineMs: 50 }).catch((error: unknown) => error),
    );
    expect(await Promise.all(requests)).toMatchObject(
      [1, 2, 3].map(() => ({ failure: 'deadline', message: '“slow” gave no response within 0.05 s.' })),
    );
    expect(told).toEqual(['stop']);
    await hub.idle();
    expect(clock.now()).toBe(100);
    expect(seen.map(({ id, kind, status }) => `${id} ${kind} ${status}`)).toEqual([
      'm1 request delivered',
      'm4 response dead',
      'm2 request dead',
      'm3 request dead',
    ]);
    expect(clock.sleeping()).toBe(0);
  });

  it('say that a mailbox is full, where the sender would rather not wait', async () => {
    const { hub, clock } = hubWith({});
    hub.register('slow', () => clock.sleep(10, never), { mailboxSize: 1 });
    await hub.send({ from: 'ann', to: 'slow', content: 1 });
    await hub.send({ from: 'ann', to: 'slow', content: 2 });
    const third = hub.send({ from: 'ann', to: 'slow', content: 3, whenFull: 'reject' });
    await expect(third).rejects.toMatchObject({ failure: 'mailbox_full' });
    const asked = hub.request({ from: 'ann', to: 'slow', content: 4, whenFull: 'reject' });
    await expect(asked).rejects.toMatchObject({ failure: 'mailbox_full' });
    expect(await hub.broadcast({ from: 'ann', content: 5, whenFull: 'reject' })).toEqual([]);
    await hub.idle();
    expect(hub.deadLetters().map(({ content }) => content)).toEqual([3, 4, 5]);
  });

  it('say that the hub closed; what is being handled is told', async () => {
    const { hub, seen } = hubWith({});
    const stops: unknown[] = [];
    const untilStopped: MessageHandler = (_, { signal }) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          stops.push(signal.reason);
          resolve('stopped');
        });
      });
    hub.register('bob', untilStopped, { mailboxSize: 1 });
    await hub.send({ from: 'ann', to: 'bob', content: 1 });
    const waiting = [2, 3, 4].map((content) =>
      hub.request({ from: 'ann', to: 'bob', content }).catch((error: unknown) => error),
    );
    hub.close();
    hub.close();
    expect(await Promise.all(waiting)).toMatchObject([2, 3, 4].map(() => ({ failure: 'hub_closed' })));
    await expect(hub.send({ from: 'ann', to: 'bob', content: 5 })).rejects.toMatchObject({ failure: 'hub_closed' });
    expect(() => hub.register('cy', () => null)).toThrow('closed');
    await hub.idle();
    expect(stops).toHaveLength(1);
    expect(seen.filter(({ status }) => status === 'delivered').map(({ content }) => content)).toEqual([1]);
  });

  it('say that the receiver left', async () => {
    const { hub, clock } = hubWith({});
    const leave = hub.register('bob', () => clock.sleep(10, never), { mailboxSize: 1 });
    await hub.send({ from: 'ann', to: 'bob', content: 1 });
    await hub.send({ from: 'ann', to: 'bob', content: 2 });
    const third = hub.send({ from: 'ann', to: 'bob', content: 3 });
    leave();
    await expect(third).rejects.toMatchObject({ failure: 'hub_closed' });
    expect(hub.deadLetters().map(({ content }) => content)).toEqual([2, 3]);
  });

  it('say that a content is too large, or no JSON', async () => {
    const large = 'x'.repeat(MAX_MESSAGE_LENGTH);
    const { hub } = hubWith({ bob: () => large });
    await expect(hub.send({ from: 'ann', to: 'bob', content: large })).rejects.toMatchObject({ failure: 'too_large' });
    await expect(hub.request({ from: 'ann', to: 'bob', content: 1 })).rejects.toMatchObject({ failure: 'too_large' });
    await expect(hub.send({ from: 'ann', to: 'bob', content: 1n })).rejects.toThrow('BigInt');
    expect(hub.deadLetters()).toHaveLength(3);
    for (const letter of hub.deadLetters()) expect(letter.content).toBeNull();
  });
});

it('may handle several at a time, begun in order', async () => {
  const { hub, clock } = hubWith({});
  const begun: unknown[] = [];
  const handle: MessageHandler = async ({ content }) => {
    begun.push([content, clock.now()]);
    await clock.sleep(10, never);
  };
  hub.register('bob', handle, { concurrency: 2 });
  for (const content of [1, 2, 3]) await hub.send({ from: 'ann', to: 'bob', content });
  await hub.idle();
  expect(begun).toEqual([
    [1, 0],
    [2, 0],
    [3, 10],
  ]);
});
