export type Language = 'en' | 'ja';

/** Japanese as soon as kana appear; the demo model knows these two. */
export const languageOf = (text: string): Language => (/[\u3041-\u30ff]/.test(text) ? 'ja' : 'en');

const ENGLISH_STOP_WORDS = new Set(
  `a about above after again all also am an and any are as at be because been before being but by can cannot could did do
  does doing don't down during each few for from further get got had has have having he her here hers him his how i i'm
  i've if in into is it it's its just let like me more most my no nor not now of off on once one only or other our out over
  own please said same she should so some such than thank thanks that the their them then there these they this those
  through to too under until up us very was we were what when where which while who why will with would you your`.split(
    /\s+/,
  ),
);

/** Made when it is needed: it loads a dictionary, and what a snapshot of the engine is taken of may not hold one. */
let japaneseWords: Intl.Segmenter | undefined;
const segmentJapanese = (text: string): Intl.Segments => {
  japaneseWords ??= new Intl.Segmenter('ja', { granularity: 'word' });
  return japaneseWords.segment(text);
};

/** Folds the commonest English endings, so that `invoices` and `invoice`, `charged` and `charge` count as one. */
const stem = (word: string): string => {
  const bare = word.replace(/['’]s?$/, '');
  if (bare.length <= 3) return bare;
  return bare
    .replace(/(?:sses|ies)$/, (ending) => (ending === 'ies' ? 'y' : 'ss'))
    .replace(/(?<=[a-z]{3})(?:ing|ed|es|s)$/, (ending, at: number) =>
      bare[at - 1] === 's' && ending === 's' ? 's' : '',
    )
    .replace(/e$/, '');
};

/** The words that carry meaning, folded for counting. */
export const contentWords = (text: string): string[] => {
  if (languageOf(text) === 'en') {
    const words = text.toLowerCase().match(/[\p{L}\p{N}][\p{L}\p{N}'’-]*/gu) ?? [];
    return words.filter((word) => word.length > 1 && !ENGLISH_STOP_WORDS.has(word)).map(stem);
  }
  return [...segmentJapanese(text)]
    .filter(({ isWordLike, segment }) => isWordLike && !/^[\u3041-\u309f]+$/.test(segment))
    .map(({ segment }) => segment.toLowerCase());
};

export const isStopWord = (word: string): boolean => ENGLISH_STOP_WORDS.has(word.toLowerCase());

const ABBREVIATION = /(?:\b(?:mr|mrs|ms|dr|prof|st|no|vs|etc|inc|ltd|approx|e\.g|i\.e)|\b[A-Z])\.$/i;

/** Sentences of English or Japanese text, in order; a line break after a heading or a list item ends one too. */
export const splitSentences = (text: string): string[] =>
  text
    .split(/\n\s*\n|\n(?=\s*(?:[-*•・]|\d+[.)]))/)
    .flatMap((block) => splitBlock(block.replace(/\s*\n\s*/g, languageOf(block) === 'ja' ? '' : ' ')))
    .map((sentence) => sentence.replace(/^\s*(?:[-*•・]|\d+[.)])\s+/, '').trim())
    .filter((sentence) => /[\p{L}\p{N}]/u.test(sentence));

const splitBlock = (block: string): string[] => {
  // 「…。」と言った goes on: a closing quote ends a sentence only where no quoting particle follows.
  const pieces = block.split(
    /(?<=[。！？])(?![」』）])|(?<=[。！？][」』）])(?!と|って|の)|(?<=[.!?]["')\]]?)\s+(?=["'([]?[\p{Lu}\p{N}])/u,
  );
  const sentences: string[] = [];
  for (const piece of pieces) {
    const before = sentences.at(-1);
    if (before !== undefined && ABBREVIATION.test(before)) sentences[sentences.length - 1] = `${before} ${piece}`;
    else sentences.push(piece);
  }
  return sentences;
};

/** Cuts at a word where there are words, and says so with an ellipsis. */
export const shorten = (text: string, maxLength: number): string => {
  if (text.length <= maxLength) return text;
  const cut = text.slice(0, maxLength - 1);
  const lastSpace = cut.lastIndexOf(' ');
  return `${lastSpace > maxLength / 2 ? cut.slice(0, lastSpace) : cut}…`;
};
