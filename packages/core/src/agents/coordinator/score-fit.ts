import { contentWords } from '../../models/demo/language.ts';
import type { Fit, Specialist, Subtask } from './specialist.ts';

/** What each sign is worth. A subtask that names no skills is judged by the others. */
const WEIGHTS = { skills: 0.6, words: 0.25, opinion: 0.15 } as const;
/** So many words of a subtask in a specialist's description say all that words can say. */
const ENOUGH_WORDS = 3;

type Described = Pick<Specialist, 'id' | 'name' | 'role' | 'skills'>;
type Wanted = Pick<Subtask, 'title' | 'task' | 'skills' | 'suggested'>;

/** How well a specialist fits a subtask: skills that match, words of its role, what the coordinator's model thinks. */
export const scoreFit = (subtask: Wanted, specialist: Described): Fit => {
  const matched = subtask.skills.filter((skill) => specialist.skills.some((own) => isSameSkill(own, skill)));
  const words = sharedWords(subtask, specialist);
  const isSuggested = subtask.suggested === specialist.id;
  const signs = [
    ...(subtask.skills.length > 0 ? [{ weight: WEIGHTS.skills, value: matched.length / subtask.skills.length }] : []),
    { weight: WEIGHTS.words, value: Math.min(1, words.length / ENOUGH_WORDS) },
    { weight: WEIGHTS.opinion, value: isSuggested ? 1 : 0 },
  ];
  const weights = signs.reduce((sum, { weight }) => sum + weight, 0);
  const points = signs.reduce((sum, { weight, value }) => sum + weight * value, 0);
  return {
    specialist: specialist.id,
    score: Math.round((points / weights) * 100) / 100,
    reasons: [
      skillReason(subtask.skills, matched),
      words.length > 0
        ? `Its description has the words ${words.slice(0, 5).join(', ')}.`
        : 'No word of its description is in the task.',
      ...(isSuggested ? ['The coordinator’s model suggests it.'] : []),
    ],
  };
};

/**
 * Everybody, the best fit first; of equals who has less to do, then who comes first in the list. `load` counts what
 * each has been given already.
 */
export const rankSpecialists = (
  subtask: Wanted,
  specialists: readonly Described[],
  load: ReadonlyMap<string, number>,
): Fit[] =>
  specialists
    .map((specialist) => ({ fit: scoreFit(subtask, specialist), load: load.get(specialist.id) ?? 0 }))
    .sort((a, b) => b.fit.score - a.fit.score || a.load - b.load)
    .map(({ fit, load: busy }) =>
      busy === 0 ? fit : { ...fit, reasons: [...fit.reasons, `It has ${busy} to do already.`] },
    );

const skillReason = (needed: readonly string[], matched: readonly string[]): string => {
  if (needed.length === 0) return 'The task names no skills.';
  if (matched.length === 0) return `It has none of the skills ${needed.join(', ')}.`;
  return `It has ${matched.length} of ${needed.length} skills: ${matched.join(', ')}.`;
};

/** The same words, or one is the other with something added: “SQL” and “SQL databases”. */
const isSameSkill = (own: string, needed: string): boolean => {
  const [a, b] = [new Set(contentWords(own)), new Set(contentWords(needed))];
  if (a.size === 0 || b.size === 0) return own.trim().toLowerCase() === needed.trim().toLowerCase();
  return [...a].every((word) => b.has(word)) || [...b].every((word) => a.has(word));
};

const sharedWords = ({ title, task }: Wanted, { name, role, skills }: Described): string[] => {
  const described = new Set(contentWords([name, role, ...skills].join('\n')));
  return [...new Set(contentWords(`${title}\n${task}`))].filter((word) =>
    [...described].some((own) => isSameWord(own, word)),
  );
};

/** “research” and “researcher”. */
const isSameWord = (a: string, b: string): boolean =>
  a === b || (Math.min(a.length, b.length) >= 5 && (a.startsWith(b) || b.startsWith(a)));
