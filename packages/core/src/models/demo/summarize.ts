import { contentWords, isStopWord, languageOf, splitSentences } from './language.ts';

type Scored = { sentence: string; index: number; score: number; words: Set<string> };

/** Scores sentences by how often their words appear in the whole, with a bonus for the opening. */
const scoreSentences = (text: string): Scored[] => {
  const counts = new Map<string, number>();
  for (const word of contentWords(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return splitSentences(text).map((sentence, index) => {
    const words = new Set(contentWords(sentence));
    let total = 0;
    for (const word of words) total += counts.get(word) ?? 0;
    const opening = index === 0 ? 1.3 : 1;
    const figures = /\d/.test(sentence) ? 1.1 : 1;
    return { sentence, index, words, score: (total / (words.size + 4)) * Math.min(words.size, 12) * opening * figures };
  });
};

const overlap = (a: Set<string>, b: Set<string>): number => {
  let shared = 0;
  for (const word of a) if (b.has(word)) shared++;
  return shared / Math.max(1, Math.min(a.size, b.size));
};

/** The sentences that say most, in the order of the text, without two that say the same. */
export const topSentences = (text: string, count: number): string[] => {
  const open = scoreSentences(text);
  const chosen: Scored[] = [];
  while (chosen.length < count && open.length > 0) {
    let best = 0;
    let bestScore = Number.NEGATIVE_INFINITY;
    open.forEach((one, i) => {
      const repeated = Math.max(0, ...chosen.map((other) => overlap(one.words, other.words)));
      const score = one.score * (1 - repeated);
      if (score > bestScore) [best, bestScore] = [i, score];
    });
    chosen.push(...open.splice(best, 1));
  }
  return chosen.sort((a, b) => a.index - b.index).map(({ sentence }) => sentence);
};

export const joinSentences = (sentences: string[]): string =>
  sentences.join(languageOf(sentences.join('')) === 'ja' ? '' : ' ');

export const summarize = (text: string, sentences = 3): string => joinSentences(topSentences(text, sentences));

/** Phrases of one to three words that the text keeps coming back to, most telling first. */
export const keyPhrases = (text: string, count: number): string[] => {
  const candidates = languageOf(text) === 'ja' ? japaneseCandidates(text) : englishCandidates(text);
  const wordCounts = new Map<string, number>();
  for (const word of contentWords(text)) wordCounts.set(word, (wordCounts.get(word) ?? 0) + 1);
  const found = new Map<string, { phrase: string; weight: number; times: number }>();
  for (const phrase of candidates) {
    const known = found.get(phrase.toLowerCase());
    if (known) known.times++;
    else found.set(phrase.toLowerCase(), { phrase, times: 1, weight: weigh(phrase, wordCounts) });
  }
  const ranked = [...found.values()].sort((a, b) => b.weight * (b.times + 1) - a.weight * (a.times + 1));
  const chosen: string[] = [];
  for (const { phrase } of ranked) {
    const repeats = chosen.some((other) => overlap(new Set(contentWords(phrase)), new Set(contentWords(other))) > 0.4);
    if (!repeats) chosen.push(phrase);
    if (chosen.length === count) break;
  }
  return chosen;
};

/** Words that are used often make a phrase telling; so does a second word. */
const weigh = (phrase: string, wordCounts: Map<string, number>): number => {
  const words = contentWords(phrase);
  const mean = words.reduce((sum, word) => sum + (wordCounts.get(word) ?? 1), 0) / Math.max(1, words.length);
  return mean * (words.length > 1 ? 1.5 : 1) + Math.min(phrase.length, 20) / 40;
};

/** Verbs end a phrase: the terms of a text are its nouns. */
const COMMON_VERB =
  /^(?:took|take|takes|fell|rose|grew|went|came|made|makes?|gives?|gave|keeps?|kept|leaves?|left|runs?|pays?|paid|asks?|says?|said|shows?|needs?|needed|wants?|uses?|used|works?|depends?|remains?|follows?|expects?|proposes?|decides?|decided|negotiate|document|train|begins?|starts?|ends?|becomes?|became|helps?|finds?|found|get|gets|put|sets?|see|seen|know|known|think|try|tries)$/i;

const isPhraseWord = (word: string): boolean =>
  /^[\p{L}][\p{L}'’-]+$/u.test(word) && !isStopWord(word) && !COMMON_VERB.test(word) && !/(?:[^n]ed|ly)$/.test(word);

/** Every run of up to two words between stop words, verbs and punctuation, and each word alone. */
const englishCandidates = (text: string): string[] =>
  text.split(/[^\p{L}\p{N}'’ -]+|\s-+\s/u).flatMap((clause) => {
    const words = clause.trim().split(/\s+/);
    return words.flatMap((word, i) => {
      if (!isPhraseWord(word)) return [];
      const next = words[i + 1];
      return next !== undefined && isPhraseWord(next) ? [`${word} ${next}`, word] : [word];
    });
  });

const japaneseCandidates = (text: string): string[] => text.match(/[\u4e00-\u9fff\u30a0-\u30ffA-Za-z0-9]{2,12}/g) ?? [];
