import { z } from 'zod';
import { CANVAS_COLORS } from '../group/definition.ts';
import type { NodeDefinition } from '../node-type.ts';

export const noteConfig = z.strictObject({
  text: z.string().max(20_000).default('').meta({
    title: 'Text',
    description: 'Markdown, shown on the canvas.',
    widget: 'textarea',
    multiline: true,
    placeholder: 'Why this part is as it is …',
  }),
  color: z.enum(CANVAS_COLORS).default('yellow').meta({
    title: 'Colour',
    description: 'Of the paper.',
  }),
});
export type NoteConfig = z.output<typeof noteConfig>;

export const noteDefinition: NodeDefinition<typeof noteConfig> = {
  type: 'note',
  title: 'Note',
  summary: 'Words on the canvas for whoever reads the workflow. It changes nothing in a run.',
  aliases: ['comment', 'sticky', 'text', 'annotation', 'documentation', 'memo'],
  category: 'canvas',
  icon: 'Note',
  config: noteConfig,
  defaults: { text: '', color: 'yellow' },
  inputs: [],
  outputs: () => [],
  defaultTimeoutMs: 1_000,
  canvasOnly: true,
};
