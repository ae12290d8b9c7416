import { languageOf, splitSentences } from './language.ts';
import type { ReadPrompt } from './read-prompt.ts';

export type Verdict = { score: number; reasons: string[]; feedback: string };

/** One thing that a criterion asks for: whether the text has it, what is said of that, and what to do where it has not. */
type Check = { holds: boolean; reason: string; advice: string };

const UNITS = {
  sentence: (text: string) => splitSentences(text).length,
  word: (text: string) => text.split(/\s+/).filter(Boolean).length,
  character: (text: string) => text.length,
} as const;
type Unit = keyof typeof UNITS;

const NUMBERS: Record<string, number> = { one: 1, two: 2, three: 3, four: 4, five: 5, six: 6, eight: 8, ten: 10 };
const LIMIT =
  /\b(at most|no more than|fewer than|less than|under|up to|at least|no fewer than|more than|over|exactly|in)\s+(\d+|one|two|three|four|five|six|eight|ten)\s+(sentence|word|character)s?/gi;
/** Whether a phrase bounds from above, from below or both, and how far its number is from the bound. */
const WAYS: [phrase: RegExp, bounds: ('most' | 'least')[], shift: number][] = [
  [/^(?:fewer|less|under)/i, ['most'], -1],
  [/^(?:more than|over)/i, ['least'], 1],
  [/^(?:at least|no fewer)/i, ['least'], 0],
  [/^(?:exactly|in)$/i, ['most', 'least'], 0],
  [/^/, ['most'], 0],
];
const LIMIT_JA = /(\d+)\s*(文|語|文字|字)\s*(以内|以下|以上)/g;
const UNITS_JA: Record<string, Unit> = { 文: 'sentence', 語: 'word', 文字: 'character', 字: 'character' };

const limitCheck = (text: string, unit: Unit, count: number, way: 'most' | 'least'): Check => {
  const found = UNITS[unit](text);
  const holds = way === 'most' ? found <= count : found >= count;
  return {
    holds,
    reason: `It has ${found} ${unit}${found === 1 ? '' : 's'}; at ${way} ${count} were asked for.`,
    advice: `Use at ${way} ${count} ${unit}${count === 1 ? '' : 's'}.`,
  };
};

const limits = (criterion: string, text: string): Check[] => [
  ...[...criterion.matchAll(LIMIT)].flatMap(([, phrase = '', number = '', unit = '']) => {
    const [, bounds = [], shift = 0] = WAYS.find(([way]) => way.test(phrase)) ?? [];
    const count = (NUMBERS[number.toLowerCase()] ?? Number(number)) + shift;
    return bounds.map((bound) => limitCheck(text, unit.toLowerCase() as Unit, count, bound));
  }),
  ...[...criterion.matchAll(LIMIT_JA)].map(([, number = '', unit = '', way = '']) =>
    limitCheck(text, UNITS_JA[unit] ?? 'sentence', Number(number), way === '以上' ? 'least' : 'most'),
  ),
];

const QUOTED = /[“"「『]([^”"」』]{1,80})[”"」』]/g;
const FORBIDS = /\b(?:not|never|no|without|avoid)\b[^.“"「]*$|ない[^。「]*$/i;

/** What stands in quotes has to be there, or must not be. */
const mentions = (criterion: string, text: string): Check[] =>
  [...criterion.matchAll(QUOTED)].map(({ 1: term = '', index }) => {
    const isThere = text.toLowerCase().includes(term.toLowerCase());
    return FORBIDS.test(criterion.slice(0, index))
      ? {
          holds: !isThere,
          reason: isThere ? `It has “${term}”.` : `It is without “${term}”.`,
          advice: `Leave out “${term}”.`,
        }
      : {
          holds: isThere,
          reason: isThere ? `It mentions “${term}”.` : `It does not mention “${term}”.`,
          advice: `Mention “${term}”.`,
        };
  });

const FORMS: [asked: RegExp, has: (text: string) => boolean, what: string][] = [
  [/\bbullet|\blist\b|箇条書き/i, (text) => /^\s*(?:[-*•・]|\d+[.)])\s/m.test(text), 'a list'],
  [/\bjapanese\b|日本語/i, (text) => languageOf(text) === 'ja', 'Japanese'],
  [/\benglish\b|英語/i, (text) => languageOf(text) === 'en', 'English'],
  [
    /\b(?:polite|friendly|courteous)\b|丁寧/i,
    (text) => /thank|please|sorry|regards|ありがとう|ください|申し上げ/i.test(text),
    'polite words',
  ],
  [/\b(?:numbers?|figures?|amounts?|dates?)\b|数字|金額|日付/i, (text) => /\d/.test(text), 'figures'],
  [/\b(?:source|link|url)s?\b|出典|リンク/i, (text) => /https?:\/\//.test(text), 'a source'],
  [/\bjson\b/i, isJson, 'JSON'],
];

const forms = (criterion: string, text: string): Check[] =>
  FORMS.filter(([asked]) => asked.test(criterion.replace(QUOTED, ' '))).map(([, has, what]) => ({
    holds: has(text),
    reason: has(text) ? `It has ${what}.` : `It lacks ${what}.`,
    advice: `Give ${what}.`,
  }));

/** Where a criterion asks for nothing that rules can see: is it there, and does it come to an end? */
const wholeness = (text: string): Check[] => [
  {
    holds: text.trim() !== '',
    reason: text.trim() === '' ? 'It is empty.' : 'It is not empty.',
    advice: 'Give an answer.',
  },
  {
    holds: /[.!?。！？)”"」\]}]\s*$/.test(text) || !/\s/.test(text.trim()),
    reason: 'Its last sentence was looked at.',
    advice: 'End with a whole sentence.',
  },
];

/** Judges by rules: lengths, words in quotes, form. Says of each whether it is met, and what to do where it is not. */
export const judgeText = ({ instruction, sections, material }: ReadPrompt): Verdict => {
  const text =
    (sections.find(({ label }) => /output|answer|text|draft|出力|回答/i.test(label)) ?? sections[0])?.text ?? material;
  const named = [...limits(instruction, text), ...mentions(instruction, text), ...forms(instruction, text)];
  const checks = named.length > 0 ? [...wholeness(text).slice(0, 1), ...named] : wholeness(text);
  const failed = checks.filter(({ holds }) => !holds);
  const score = text.trim() === '' ? 0 : (checks.length - failed.length) / checks.length;
  return {
    score: Math.round(score * 100) / 100,
    reasons: checks.map(({ reason }) => reason),
    feedback: failed.map(({ advice }) => advice).join(' '),
  };
};

type Schema = Record<string, unknown>;
const isRecord = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The members of a judgement that a schema asks for; `undefined` unless it asks for a score with its grounds. */
export const fillVerdict = (schema: Schema, prompt: ReadPrompt): Schema | undefined => {
  const properties = isRecord(schema.properties) ? schema.properties : {};
  const { score, reasons, feedback } = properties;
  if (!isRecord(score) || !(isRecord(reasons) || isRecord(feedback))) return undefined;
  const verdict = judgeText(prompt);
  const low = typeof score.minimum === 'number' ? score.minimum : 0;
  const high = typeof score.maximum === 'number' ? score.maximum : 1;
  const scaled = low + verdict.score * (high - low);
  return {
    score: score.type === 'integer' ? Math.round(scaled) : Math.round(scaled * 100) / 100,
    ...(isRecord(reasons) ? { reasons: reasons.type === 'array' ? verdict.reasons : verdict.reasons.join(' ') } : {}),
    ...(isRecord(feedback) ? { feedback: verdict.feedback } : {}),
  };
};

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
