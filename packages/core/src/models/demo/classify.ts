import { contentWords, languageOf, splitSentences } from './language.ts';
import { CONCEPTS, type Concept, FALLBACK_NAMES } from './lexicon.ts';

export type Classification = {
  label: string;
  /** 0 when the label is only the fallback. */
  score: number;
  /** From 0 to 1: how far the label is ahead of the others. */
  confidence: number;
  /** The words that spoke for it. */
  evidence: string[];
};

const fold = (label: string): string => label.toLowerCase().replace(/[_-]+/g, ' ').trim();

/** A label such as `Technical issue` means what one of its words means. */
const conceptOf = (label: string): Concept | undefined => {
  const folded = fold(label);
  const exact = CONCEPTS.find((concept) => concept.names.includes(folded));
  if (exact) return exact;
  const words = folded.split(/[\s/&,]+/);
  return CONCEPTS.find((concept) =>
    concept.names.some((name) => words.includes(name) || (languageOf(name) === 'ja' && folded.includes(name))),
  );
};

const isAscii = (text: string): boolean => /^[\x20-\x7e]*$/.test(text);

const escapePattern = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** How often each word occurs: English ones whole and with their endings, Japanese ones anywhere. */
const hits = (text: string, words: string[]): { word: string; times: number }[] =>
  words.flatMap((word) => {
    const pattern = isAscii(word) ? `\\b${escapePattern(word)}(?:s|d|ed|es|ing)?\\b` : escapePattern(word);
    const times = text.match(new RegExp(pattern, 'gi'))?.length ?? 0;
    return times > 0 ? [{ word, times }] : [];
  });

const scoreLabel = (text: string, label: string): { score: number; evidence: string[] } => {
  const concept = conceptOf(label);
  const words = concept
    ? [...concept.words, ...concept.names.filter((name) => name.length > 2)]
    : contentWords(fold(label));
  const found = concept ? hits(text, [...new Set(words)]) : countShared(text, words);
  // A second mention says less than the first; a phrase says more than a word.
  const score = found.reduce((sum, { word, times }) => sum + (1 + Math.log(times)) * (word.includes(' ') ? 1.5 : 1), 0);
  return { score, evidence: found.map(({ word }) => word) };
};

const countShared = (text: string, words: string[]): { word: string; times: number }[] => {
  const inText = contentWords(text);
  return words.flatMap((word) => {
    const times = inText.filter((other) => other === word).length;
    return times > 0 ? [{ word, times }] : [];
  });
};

export const isFallback = (label: string): boolean => FALLBACK_NAMES.includes(fold(label));

/** The label whose words the text uses most; without any hit the one that means "other", else the first. */
export const classify = (text: string, labels: readonly string[]): Classification => {
  const scored = labels.map((label) => ({ label, ...scoreLabel(text, label) }));
  const ranked = scored.filter((one) => one.score > 0).sort((a, b) => b.score - a.score);
  const [best] = ranked;
  if (!best) {
    const label = labels.find(isFallback) ?? labels[0] ?? '';
    return { label, score: 0, confidence: 1 / Math.max(1, labels.length), evidence: [] };
  }
  const total = ranked.reduce((sum, one) => sum + one.score, 0);
  // One smoothing point keeps a single hit from looking certain.
  return { ...best, confidence: Math.round((best.score / (total + 1)) * 100) / 100 };
};

/** How strongly a text speaks for what a concept's name stands for, in hits. */
export const conceptScore = (text: string, name: string): number => scoreLabel(text, name).score;

/** The sentence that holds most of the evidence. */
export const evidenceSentence = (text: string, evidence: string[]): string | undefined => {
  let best: string | undefined;
  let most = 0;
  for (const sentence of splitSentences(text)) {
    const found = hits(sentence, evidence).length;
    if (found > most) [best, most] = [sentence, found];
  }
  return best;
};
