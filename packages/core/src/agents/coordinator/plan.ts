import { z } from 'zod';
import type { Specialist, Subtask, SubtaskOutcome } from './specialist.ts';

/** What a model may write into a plan before it is cut. */
const MAX_TITLE = 120;
const MAX_TASK = 10_000;

const subtasks = (specialists: readonly Specialist[]) => {
  const ids = specialists.map(({ id }) => id);
  const skills = [...new Set(specialists.flatMap((specialist) => specialist.skills))];
  return z.array(
    z.object({
      title: z.string().describe('A few words.'),
      task: z.string().describe('What exactly to do; the specialist sees the whole task as well.'),
      skills: z.array(skills.length > 0 ? z.enum(skills) : z.string()).describe('The skills that it needs.'),
      dependsOn: z
        .array(z.number())
        .describe(
          'Numbers of earlier subtasks, counted from 1, whose results it needs. Empty when it can start at once.',
        ),
      specialist: z.enum(ids).describe('Who would do it best.'),
    }),
  );
};

/** What the analysis gives. */
export const planSchema = (specialists: readonly Specialist[]) =>
  z.object({
    complexity: z.enum(['simple', 'moderate', 'complex']),
    reason: z
      .string()
      .describe('Why it is as complex as that, and why it is split like this, in one or two sentences.'),
    subtasks: subtasks(specialists).min(1),
  });

/** What a look at the results gives. */
export const reviewSchema = (specialists: readonly Specialist[]) =>
  z.object({
    done: z.boolean().describe('Whether the results are all that the answer needs.'),
    reason: z.string().describe('What is missing, or why nothing is.'),
    subtasks: subtasks(specialists).describe('What is still to do. Empty when it is done.'),
  });

export type PlannedSubtask = z.output<ReturnType<typeof subtasks>>[number];

/**
 * Subtasks as the model wrote them, made safe: at most `room` of them, numbered on from `before`, each depending on
 * earlier ones only. So a plan never has a cycle.
 */
export const numberSubtasks = (
  planned: readonly PlannedSubtask[],
  { before, room }: { before: number; room: number },
): Subtask[] =>
  planned.slice(0, room).map(({ title, task, skills, dependsOn, specialist }, index) => {
    const number = before + index + 1;
    const needs = [...new Set(dependsOn)].filter((one) => Number.isInteger(one) && one >= 1 && one < number);
    return {
      id: `t${number}`,
      title: title.trim().slice(0, MAX_TITLE) || `Part ${number}`,
      task: task.trim().slice(0, MAX_TASK) || title,
      skills: [...new Set(skills)],
      dependsOn: needs.map((one) => `t${one}`),
      suggested: specialist,
    };
  });

const describeTeam = (specialists: readonly Specialist[]): string =>
  specialists
    .map(({ id, name, role, skills }) => {
      const known = skills.length > 0 ? ` Skills: ${skills.join(', ')}.` : '';
      return `- ${id} (${name}): ${role}.${known}`;
    })
    .join('\n');

export const planPrompt = (task: string, specialists: readonly Specialist[], maxSubtasks: number): string =>
  `Decide how complex this task is, and split it into subtasks for your team where that helps. A simple task is one subtask. At most ${maxSubtasks} subtasks. Subtasks that do not need each other run at the same time.

The team:
${describeTeam(specialists)}

<task>
${task}
</task>`;

export const reviewPrompt = (task: string, results: readonly SubtaskOutcome[], room: number): string =>
  `Decide whether these results are all that a full answer to the task needs. Only where something important is missing, name up to ${room} further subtasks.

<task>
${task}
</task>

${describeResults(results)}`;

export const answerPrompt = (task: string, results: readonly SubtaskOutcome[]): string =>
  `Combine what your team has found into one full text that fulfils this task. Give that text alone: nothing about the team or its parts.

<task>
${task}
</task>

${describeResults(results)}`;

export const describeResults = (results: readonly SubtaskOutcome[]): string =>
  results
    .map(
      ({ id, title, result }) =>
        `<result_${id}>\n${title}\n\n${result ?? '(Nobody could do this part.)'}\n</result_${id}>`,
    )
    .join('\n\n');
