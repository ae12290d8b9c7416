import { type ModelMessage, promptOf } from '../model-call.ts';

export type ReadConversation = {
  /** What is to be done. */
  question: string;
  /** The last answer, when the last message says what was wrong with it. */
  sentBack?: { answer: string; feedback: string };
};

const SENT_BACK =
  /\bsent back\b|\b(?:improve|revise|rewrite|redo) (?:it|this|that|your)\b|\b(?:try|do it|do the task) again\b|差し戻|やり直|改善し|書き直/i;
const CANNOT_BE_USED = /^Your answer cannot be used\./;

/** The question of a conversation: the last one, unless that only speaks of the answer to an earlier one. */
export const readConversation = (messages: readonly ModelMessage[]): ReadConversation => {
  const last = promptOf({ messages });
  const at = messages.findLastIndex(({ role }) => role === 'user');
  const before = messages.slice(0, Math.max(0, at));
  const isAboutAnswer = SENT_BACK.test(last) || CANNOT_BE_USED.test(last);
  const answer = before.findLast(({ role }) => role === 'assistant');
  if (!answer || !isAboutAnswer) return { question: last };
  const { question, sentBack } = readConversation(before);
  if (CANNOT_BE_USED.test(last)) return { question, ...(sentBack ? { sentBack } : {}) };
  return { question, sentBack: { answer: textOf(answer), feedback: last } };
};

const textOf = ({ content }: ModelMessage): string =>
  content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');
