import { keyOfStep, type MessageView } from '../execution-view.ts';

/** The messages of one step, and who takes part, in the order of their first appearance. */
export type Conversation = { key: string; nodeId: string; participants: string[]; messages: MessageView[] };

/** One conversation for each step that has messages. */
export const toConversations = (messages: readonly MessageView[]): Conversation[] => {
  const found = new Map<string, Conversation>();
  for (const message of messages) {
    const key = keyOfStep(message);
    const conversation = found.get(key) ?? { key, nodeId: message.nodeId, participants: [], messages: [] };
    found.set(key, conversation);
    conversation.messages.push(message);
    for (const name of [message.from, message.to]) {
      if (!conversation.participants.includes(name)) conversation.participants.push(name);
    }
  }
  return [...found.values()];
};

/** Where a message's arrow lies: columns from 1, and its direction. */
export const arrowOf = (
  { from, to }: Pick<MessageView, 'from' | 'to'>,
  participants: readonly string[],
): { start: number; end: number; direction: 'right' | 'left' | 'self' } => {
  const source = participants.indexOf(from) + 1;
  const target = participants.indexOf(to) + 1;
  return {
    start: Math.min(source, target),
    end: Math.max(source, target),
    direction: source === target ? 'self' : source < target ? 'right' : 'left',
  };
};
