import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { createWebhookSecret, isMessageId, signatureProblem, signWebhook } from './signature.ts';

const secret = createWebhookSecret();
const now = new Date('2026-03-01T12:00:00.000Z');
const timestamp = now.getTime() / 1_000;
const body = '{"text":"Grüße"}';

const check = (
  changes: Record<string, string | undefined> = {},
  { given = body, at = now, with: key = secret } = {},
) => {
  const headers = new Headers();
  for (const [name, value] of Object.entries({
    ...signWebhook(secret, { id: 'msg_1', timestamp, body }),
    ...changes,
  })) {
    if (value !== undefined) headers.set(name, value);
  }
  return signatureProblem(key, { headers, body: given, now: at });
};
const minutes = (count: number) => new Date(now.getTime() + count * 60_000);

describe('a signature', () => {
  it('is right for the message that was signed, as text and as bytes', () => {
    expect(check()).toBeUndefined();
    const headers = new Headers(signWebhook(secret, { id: 'msg_1', timestamp, body: Buffer.from(body) }));
    expect(signatureProblem(secret, { headers, body: Buffer.from(body), now })).toBeUndefined();
  });

  it('is understood by another implementation of the scheme, and understands it', () => {
    const other = new Webhook(secret);
    const current = Math.floor(Date.now() / 1_000);
    const ours = signWebhook(secret, { id: 'msg_2', timestamp: current, body });
    expect(other.verify(body, ours)).toEqual(JSON.parse(body));
    expect(check({ 'webhook-signature': other.sign('msg_1', now, body) })).toBeUndefined();
  });

  it.each([
    ['another body', {}, { given: '{"text":"gruesse"}' }, 'mismatch'],
    ['another id', { 'webhook-id': 'msg_2' }, {}, 'mismatch'],
    ['another time', { 'webhook-timestamp': String(timestamp + 1) }, {}, 'mismatch'],
    ['another secret', {}, { with: createWebhookSecret() }, 'mismatch'],
    ['an empty secret', {}, { with: '' }, 'mismatch'],
    ['no base64', { 'webhook-signature': 'v1,!!!' }, {}, 'mismatch'],
    [
      'an unknown scheme',
      {
        'webhook-signature': signWebhook(secret, { id: 'msg_1', timestamp, body })['webhook-signature'].replace(
          'v1',
          'v2',
        ),
      },
      {},
      'mismatch',
    ],
    ['no signature', { 'webhook-signature': undefined }, {}, 'missing'],
    ['no id', { 'webhook-id': undefined }, {}, 'missing'],
    ['no time', { 'webhook-timestamp': undefined }, {}, 'missing'],
    ['a time in words', { 'webhook-timestamp': 'now' }, {}, 'timestamp'],
    ['a time with zeros in front', { 'webhook-timestamp': `0${timestamp}` }, {}, 'timestamp'],
    ['an id with a dot', { 'webhook-id': 'msg.1' }, {}, 'id'],
    ['a message of six minutes ago', {}, { at: minutes(6) }, 'too_old'],
    ['a message of the future', {}, { at: minutes(-6) }, 'too_new'],
  ])('is refused for %s', (_, changes, options, problem) => {
    expect(check(changes, options)).toBe(problem);
  });

  it('is taken for five minutes, either way', () => {
    expect([check({}, { at: minutes(5) }), check({}, { at: minutes(-5) })]).toEqual([undefined, undefined]);
  });

  it('is taken when one of several is right, as while a secret is changed', () => {
    const [right, wrong] = [secret, createWebhookSecret()].map(
      (key) => signWebhook(key, { id: 'msg_1', timestamp, body })['webhook-signature'],
    );
    expect(check({ 'webhook-signature': `${wrong} ${right}` })).toBeUndefined();
    expect(check({ 'webhook-signature': `${wrong} v1a,abc` })).toBe('mismatch');
  });
});

it('takes plain ids for messages', () => {
  expect(['msg_2Lm-9/x', 'a', 'x'.repeat(200)].map(isMessageId)).toEqual([true, true, true]);
  expect(['', 'a.b', 'a b', 'ü', 'x'.repeat(201)].map(isMessageId)).toEqual([false, false, false, false, false]);
});
