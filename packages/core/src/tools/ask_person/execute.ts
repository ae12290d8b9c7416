import { ExecutionError } from '../../engine/execution-errors.ts';
import type { ExecuteTool } from '../tool.ts';
import type { AskPersonInput, AskPersonSettings } from './definition.ts';

const HOUR_MS = 3_600_000;
const SHORTEST_WAIT_MS = 1_000;

export const executeAskPerson: ExecuteTool<AskPersonInput, AskPersonSettings> = async (
  { question, details, choices },
  { settings, host, nextCall },
) => {
  const answer = await host.human.ask(
    {
      title: question,
      message: details,
      ...(choices.length > 0 ? choice(choices) : FREE_TEXT),
      ...(settings.hours > 0 ? { deadlineMs: Math.max(Math.round(settings.hours * HOUR_MS), SHORTEST_WAIT_MS) } : {}),
    },
    nextCall(),
  );
  if (answer.kind === 'expired') {
    throw new ExecutionError({
      code: 'wait_expired',
      message: `Nobody answered “${question}” within ${settings.hours} h.`,
      hint: 'Allow more time in the settings of the tool, or decide without the answer.',
    });
  }
  const { choice: id, values, comment } = answer.response;
  const chosen = choices[Number(id?.replace(/^choice_/, ''))];
  return { answer: chosen ?? values?.answer ?? '', by: answer.by, ...(comment ? { comment } : {}) };
};

const FREE_TEXT = {
  kind: 'form' as const,
  fields: [{ name: 'answer', type: 'long_text' as const, required: true }],
};

/** Ids are numbered: what the model wrote may be any text. */
const choice = (choices: string[]) => ({
  kind: 'choice' as const,
  choices: choices.map((label, index) => ({ id: `choice_${index}`, label })),
});
