import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createVirtualClock } from '../engine/testing/virtual-clock.ts';
import { CommunicationHub } from './communication-hub.ts';
import { DeliveryError } from './delivery-error.ts';
import type { AgentMessage } from './message.ts';

const NAMES = ['ann', 'bob', 'cy'] as const;
const never = new AbortController().signal;

const plan = fc.record({
  mailboxSize: fc.integer({ min: 1, max: 4 }),
  concurrency: fc.integer({ min: 1, max: 3 }),
  messages: fc.array(
    fc.record({
      from: fc.constantFrom(...NAMES),
      to: fc.constantFrom(...NAMES, 'nobody'),
      kind: fc.constantFrom('send', 'request', 'broadcast'),
      whenFull: fc.constantFrom('wait' as const, 'reject' as const),
      startsAt: fc.integer({ min: 0, max: 20 }),
      handledIn: fc.integer({ min: 0, max: 9 }),
      fails: fc.boolean(),
      deadlineMs: fc.integer({ min: 1, max: 40 }),
    }),
    { maxLength: 30 },
  ),
  closesAt: fc.option(fc.integer({ min: 0, max: 30 })),
});

type Work = { number: number; handledIn: number; fails: boolean };

it('loses nothing, doubles nothing, keeps the order and the bounds, whatever is sent', async () => {
  await fc.assert(
    fc.asyncProperty(plan, async ({ mailboxSize, concurrency, messages, closesAt }) => {
      const clock = createVirtualClock();
      const ended: AgentMessage[] = [];
      const handled: AgentMessage[] = [];
      const busy = new Map<string, number>();
      const hub = new CommunicationHub({ clock, onMessage: (message) => ended.push(message) });
      for (const name of NAMES) {
        const handle = async (message: AgentMessage) => {
          handled.push(message);
          busy.set(name, (busy.get(name) ?? 0) + 1);
          expect(busy.get(name)).toBeLessThanOrEqual(concurrency);
          const { handledIn, fails } = message.content as Work;
          await clock.sleep(handledIn, never);
          busy.set(name, (busy.get(name) ?? 0) - 1);
          if (fails) throw new Error('no');
          return 'done';
        };
        hub.register(name, handle, { mailboxSize, concurrency });
      }

      const outcomes: string[] = [];
      const settle = (promise: Promise<unknown>) =>
        promise.then(
          () => void outcomes.push('ok'),
          (error: unknown) => {
            expect(error).toBeInstanceOf(DeliveryError);
            outcomes.push('refused');
          },
        );
      const everySend = messages.map(async ({ startsAt, kind, ...message }, number) => {
        await clock.sleep(startsAt, never);
        const content: Work = { number, handledIn: message.handledIn, fails: message.fails };
        if (kind === 'send') return settle(hub.send({ ...message, content }));
        if (kind === 'request') return settle(hub.request({ ...message, content }));
        return settle(hub.broadcast({ ...message, content }));
      });
      const closing = closesAt === null ? undefined : clock.sleep(closesAt, never).then(() => hub.close());
      await Promise.all(everySend);
      await closing;
      await hub.idle();

      // Every send has one answer.
      expect(outcomes).toHaveLength(messages.length);
      // Every message ends once, and was handled once at the most.
      const ids = ended.map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids.map((id) => Number(id.slice(1))).sort((a, b) => a - b)).toEqual(ids.map((_, index) => index + 1));
      const handledIds = handled.map(({ id }) => id);
      expect(new Set(handledIds).size).toBe(handledIds.length);
      // What counts as delivered was handled; what was handled is dead only when its handler failed.
      for (const { id, kind, status, deadReason } of ended) {
        if (kind === 'response') continue;
        if (status === 'delivered') expect(handledIds).toContain(id);
        else expect(handledIds.includes(id)).toBe(deadReason?.includes('failed: no') ?? false);
      }
      // Every request that was taken has one response.
      const taken = ended.filter(({ kind, status }) => kind === 'request' && status === 'delivered');
      const answered = ended.flatMap(({ kind, replyTo }) => (kind === 'response' ? [replyTo] : []));
      expect(answered.sort()).toEqual(taken.map(({ id }) => id).sort());
      // In order from each sender to each receiver: ids count up in the order of sending.
      for (const from of NAMES) {
        for (const to of NAMES) {
          const order = handled
            .filter((one) => one.from === from && one.to === to)
            .map(({ id }) => Number(id.slice(1)));
          expect(order).toEqual([...order].sort((a, b) => a - b));
        }
      }
    }),
    { numRuns: 150 },
  );
});

it('makes senders wait as soon as the mailbox is full, and lets them go on in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 20 }), async (mailboxSize, count) => {
      const clock = createVirtualClock();
      const hub = new CommunicationHub({ clock });
      const handled: unknown[] = [];
      const slow = async ({ content }: AgentMessage) => {
        await clock.sleep(10, never);
        handled.push(content);
      };
      hub.register('slow', slow, { mailboxSize });
      const accepted: number[] = [];
      const sends = Array.from({ length: count }, (_, number) =>
        hub.send({ from: 'ann', to: 'slow', content: number }).then(() => {
          accepted.push(number);
          // One is being handled, the others lie unread.
          expect(accepted.length - handled.length).toBeLessThanOrEqual(mailboxSize + 1);
        }),
      );
      await Promise.all(sends);
      await hub.idle();
      const all = Array.from({ length: count }, (_, number) => number);
      expect(accepted).toEqual(all);
      expect(handled).toEqual(all);
    }),
    { numRuns: 60 },
  );
});
