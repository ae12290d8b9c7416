import { conceptScore } from './classify.ts';
import { contentWords } from './language.ts';

export type Option = { id: string; words: string };

/** What a prompt's list says of each option: `- id (words)`, `- id: words`, `- id (Name): words`. */
export const readOptions = (instruction: string, ids: readonly string[]): Option[] =>
  ids.map((id) => {
    const line = instruction.split('\n').find((one) => optionOf(one) === id) ?? '';
    return { id, words: line.replace(/^\s*[-*•・]\s*\S+/, '').trim() };
  });

const optionOf = (line: string): string | undefined => /^\s*[-*•・]\s*([^\s:：(（]+)/.exec(line)?.[1];

/** How much a text has to do with an option: by the words of its name, of its description, and what these stand for. */
export const scoreOption = (text: string, { id, words }: Option): number => {
  const inText = new Set(contentWords(text));
  const name = id.replace(/[_-]+/g, ' ');
  const shared = new Set(contentWords(`${name} ${words}`).filter((word) => inText.has(word))).size;
  const label = /^\(([^:：)]+)/.exec(words)?.[1] ?? '';
  return shared + Math.max(conceptScore(text, name), label === '' ? 0 : conceptScore(text, label));
};

/** The options by how well they fit, the best first; a tie keeps their order. */
export const rankOptions = (text: string, options: readonly Option[]): { option: Option; score: number }[] =>
  options.map((option) => ({ option, score: scoreOption(text, option) })).sort((a, b) => b.score - a.score);
