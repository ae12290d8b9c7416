import { describe, expect, it } from 'vitest';
import type { MessageView } from '../execution-view.ts';
import { arrowOf, toConversations } from './conversations.ts';

const message = (seq: number, from: string, to: string, nodeId = 'plan'): MessageView => ({
  id: `m${seq}`,
  seq,
  nodeId,
  iteration: '',
  from,
  to,
  kind: 'message',
  subject: '',
  sentAt: 0,
  status: 'delivered',
  text: '',
});

describe('toConversations', () => {
  it('has one for each step, with everybody who takes part once', () => {
    const conversations = toConversations([
      message(1, 'coordinator', 'writer'),
      message(2, 'writer', 'coordinator'),
      message(3, 'a', 'b', 'other'),
      message(4, 'coordinator', 'critic'),
    ]);
    expect(conversations.map(({ nodeId, participants }) => [nodeId, participants])).toEqual([
      ['plan', ['coordinator', 'writer', 'critic']],
      ['other', ['a', 'b']],
    ]);
    expect(conversations[0]?.messages.map(({ seq }) => seq)).toEqual([1, 2, 4]);
  });
});

describe('arrowOf', () => {
  it.each([
    ['a', 'c', { start: 1, end: 3, direction: 'right' }],
    ['c', 'b', { start: 2, end: 3, direction: 'left' }],
    ['b', 'b', { start: 2, end: 2, direction: 'self' }],
  ])('from %s to %s', (from, to, expected) => {
    expect(arrowOf({ from, to }, ['a', 'b', 'c'])).toEqual(expected);
  });
});
