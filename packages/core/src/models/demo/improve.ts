import { shorten, splitSentences } from './language.ts';
import { joinSentences, summarize, topSentences } from './summarize.ts';

/** An answer that was sent back, with what was said about it. */
export type SentBack = { answer: string; feedback: string; material: string };

const SENTENCES = /at (most|least) (\d+) sentences?/i;
const WORDS = /at most (\d+) words?/i;
const CHARACTERS = /at most (\d+) characters?/i;
const MENTION = /Mention [“"「]([^”"」]+)[”"」]/g;
const LEAVE_OUT = /Leave out [“"「]([^”"」]+)[”"」]/g;

/** Does what the feedback says where rules can: shorter, longer, with a word, without one, as a list. Else it says more. */
export const improve = ({ answer, feedback, material }: SentBack): string => {
  let text = answer;
  for (const [, term = ''] of feedback.matchAll(LEAVE_OUT)) text = without(text, term);
  const missing = [...feedback.matchAll(MENTION)].map(([, term = '']) => term).filter((term) => !has(text, term));
  const added = missing.map((term) => splitSentences(material).find((sentence) => has(sentence, term)) ?? `${term}.`);
  text = joinSentences([...added, ...splitSentences(text)]);
  const [, way, count] = SENTENCES.exec(feedback) ?? [];
  if (way?.toLowerCase() === 'most') text = joinSentences(keep(splitSentences(text), added, Number(count)));
  else if (way) text = longer(text, material, Number(count));
  const words = WORDS.exec(feedback)?.[1];
  if (words) text = text.split(/\s+/).slice(0, Number(words)).join(' ');
  const characters = CHARACTERS.exec(feedback)?.[1];
  if (characters) text = shorten(text, Number(characters));
  if (/Give a list/i.test(feedback))
    text = splitSentences(text)
      .map((sentence) => `- ${sentence}`)
      .join('\n');
  if (/\bshort/i.test(feedback)) text = summarize(text, Math.max(1, splitSentences(text).length - 1));
  // Nothing that rules understand: then something that was not said yet.
  return text.trim() === answer.trim() ? longer(answer, material, splitSentences(answer).length + 1) : text;
};

const has = (text: string, term: string): boolean => text.toLowerCase().includes(term.toLowerCase());

const without = (text: string, term: string): string =>
  joinSentences(splitSentences(text).filter((one) => !has(one, term)));

/** What was asked for stays; of the rest as much as there is room for. */
const keep = (sentences: string[], asked: string[], count: number): string[] => {
  const room = Math.max(0, count - asked.length);
  const rest = sentences.filter((one) => !asked.includes(one)).slice(0, room);
  return sentences.filter((one) => asked.includes(one) || rest.includes(one)).slice(0, count);
};

const longer = (text: string, material: string, count: number): string => {
  const said = splitSentences(text);
  const more = topSentences(material, count + said.length).filter((one) => !said.includes(one));
  return joinSentences([...said, ...more.slice(0, Math.max(0, count - said.length))]);
};
