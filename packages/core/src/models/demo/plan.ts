import { shorten, splitSentences } from './language.ts';
import { rankOptions, readOptions } from './options.ts';
import type { ReadPrompt } from './read-prompt.ts';

type Schema = Record<string, unknown>;
type Subtask = { title: string; task: string; skills: string[]; dependsOn: number[]; specialist: string };

const record = (value: unknown): Schema => (typeof value === 'object' && value !== null ? (value as Schema) : {});
const enumOf = (schema: unknown): string[] => {
  const values = record(schema).enum;
  return Array.isArray(values) ? values.filter((one) => typeof one === 'string') : [];
};

/** Words that make a part need what the ones before it give. */
const NEEDS_OTHERS =
  /^(?:and\s+)?(?:then|finally|afterwards|based on|with (?:this|that|these|the results)|using (?:this|that|these)|combine|summari[sz]e|conclude|compare)|それを|最後に|まとめ/i;

/** `undefined` unless the schema asks for the subtasks of a team. */
export const planSubtasks = (schema: Schema, prompt: ReadPrompt): Schema | undefined => {
  const properties = record(schema.properties);
  const item = record(record(record(properties.subtasks).items).properties);
  const specialists = enumOf(item.specialist);
  if (specialists.length === 0 || !('task' in item)) return undefined;
  if ('done' in properties) return { done: true, reason: 'By rule: every part has been worked on once.', subtasks: [] };
  const most = Number(/at most (\d+) subtasks/i.exec(prompt.instruction)?.[1] ?? 8);
  const subtasks = split(prompt, specialists, enumOf(record(item.skills).items)).slice(0, Math.max(1, most));
  return {
    complexity: subtasks.length === 1 ? 'simple' : subtasks.length <= 3 ? 'moderate' : 'complex',
    reason: `By rule: the task names ${subtasks.length === 1 ? 'one thing' : `${subtasks.length} things`} to do.`,
    subtasks,
  };
};

const split = ({ instruction, material }: ReadPrompt, specialists: string[], skills: string[]): Subtask[] => {
  const team = readOptions(instruction, specialists);
  const parts = partsOf(material);
  const shared = parts.length === 1 && team.length > 1;
  // A task in one piece goes round the team, and the last one has what the others found.
  const work = shared ? team.map(() => parts[0] ?? material) : parts;
  return work.map((task, index) => {
    const [best] = rankOptions(task, team);
    const member = shared ? team[index] : best && best.score > 0 ? best.option : team[index % team.length];
    const isLastOfTeam = shared && index === work.length - 1;
    const needs = index > 0 && (isLastOfTeam || (!shared && NEEDS_OTHERS.test(task)));
    return {
      title: shorten(shared ? `${member?.id ?? ''}: ${task}` : task, 80),
      task,
      skills: skills.filter((skill) => member?.words.toLowerCase().includes(skill.toLowerCase())).slice(0, 2),
      dependsOn: needs ? Array.from({ length: index }, (_, before) => before + 1) : [],
      specialist: member?.id ?? specialists[0] ?? '',
    };
  });
};

/** The things that a task names: the points of a list, its sentences, what “then” and semicolons part. */
const partsOf = (task: string): string[] => {
  const points = task
    .split('\n')
    .flatMap((line) => /^\s*(?:[-*•・]|\d+[.)])\s+(.+)$/.exec(line)?.[1] ?? [])
    .map((point) => point.trim());
  if (points.length >= 2) return points;
  const clauses = splitSentences(task).flatMap((sentence) =>
    sentence.split(/;\s+|,?\s+and (?=then\b|finally\b)|,\s+(?=then\b|finally\b)/i),
  );
  const asked = clauses.map((clause) => clause.trim()).filter((clause) => clause.length > 3);
  return asked.length === 0 ? [task.trim()] : asked;
};
