import { contentWords } from './language.ts';
import type { Section } from './read-prompt.ts';

export type Choice = { winner: Section; score: number; reason: string };

const CANDIDATE_LABEL =
  /draft|reply|option|candidate|answer|version|variant|response|summary|proposal|案|候補|返信|回答|(?:^|[\s_-])(?:[a-z]|\d+)$/i;

/** The sections that stand for choice; the others are what they are judged by. */
export const splitCandidates = (sections: Section[]): { candidates: Section[]; reference: string } => {
  const named = sections.filter(({ label }) => CANDIDATE_LABEL.test(label));
  const candidates = named.length >= 2 ? named : sections;
  const reference = sections.filter((section) => !candidates.includes(section)).map(({ text }) => text);
  return { candidates, reference: reference.join('\n') };
};

const POLITE = /\b(?:thank|sorry|please|glad|kind regards)\b|ありがとう|お詫び|ください|いたします/gi;
const NEXT_STEP = /next step|\bwe will\b|\bwill be\b|please (?:send|reply|tell)|確認|ご連絡|手続き|お知らせ/i;
const COMFORTABLE_LENGTH = 900;

const judge = (text: string, reference: string) => {
  const wanted = new Set(contentWords(reference));
  const words = new Set(contentWords(text));
  const covered = [...wanted].filter((word) => words.has(word)).length;
  const coverage = wanted.size === 0 ? 0 : covered / wanted.size;
  const polite = Math.min(4, text.match(POLITE)?.length ?? 0);
  const facts = Math.min(4, text.match(/\d[\d,.-]*/g)?.length ?? 0);
  const hasNextStep = NEXT_STEP.test(text);
  const tooLong = Math.max(0, text.length - COMFORTABLE_LENGTH) / COMFORTABLE_LENGTH;
  const score =
    5 * coverage + 0.4 * polite + 0.3 * facts + (hasNextStep ? 1 : 0) + Math.min(1, text.length / 400) - tooLong;
  return { score, coverage, polite, facts, hasNextStep };
};

/** Picks by rules: takes up what was said, is polite, names facts and a next step, is not too long. The first wins a tie. */
export const choose = (candidates: Section[], reference: string): Choice | undefined => {
  const judged = candidates.map((section) => ({ section, ...judge(section.text, reference) }));
  const [best] = [...judged].sort((a, b) => b.score - a.score);
  if (!best) return undefined;
  const merits = [
    reference !== '' && `takes up ${Math.round(best.coverage * 100)}% of the key words`,
    best.polite > 0 && 'is polite',
    best.facts > 0 && 'names facts',
    best.hasNextStep && 'says what happens next',
  ].filter(Boolean);
  const points = judged.map(({ section, score }) => `${section.label || 'unnamed'} ${score.toFixed(1)}`).join(', ');
  const why = merits.length > 0 ? merits.join(', ') : 'has the most to say';
  return {
    winner: best.section,
    score: best.score,
    reason: `${best.section.label || 'It'} ${why} (points by rule: ${points}).`,
  };
};
