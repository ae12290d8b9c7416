import { z } from 'zod';
import type { ToolDefinition } from '../tool.ts';

const MAX_HOURS = 8_760;

export const askPersonSettings = z.strictObject({
  hours: z.number().min(0).max(MAX_HOURS).default(0).meta({
    title: 'Deadline',
    description: 'How long to wait for an answer, in hours. 0: for ever.',
  }),
});
export type AskPersonSettings = z.output<typeof askPersonSettings>;

export const askPersonInput = z.strictObject({
  question: z.string().trim().min(1).max(300).meta({ description: 'The question, in one sentence.' }),
  details: z.string().max(20_000).default('').meta({ description: 'What the person needs to know, as Markdown.' }),
  choices: z
    .array(z.string().trim().min(1).max(200))
    .max(20)
    .default([])
    .meta({ description: 'The answers to choose from. Empty: the person writes one.' }),
});
export type AskPersonInput = z.output<typeof askPersonInput>;

export const askPersonTool: ToolDefinition<typeof askPersonInput, typeof askPersonSettings> = {
  name: 'ask_person',
  title: 'Ask a person',
  description:
    'Asks a person and waits for the answer, which may take hours. Use it when only a person can know or decide, and ask everything at once.',
  icon: 'MessageQuestion',
  input: askPersonInput,
  settings: askPersonSettings,
  defaults: { hours: 0 },
  touches: ['person'],
  isRepeatable: () => true,
};
