import { z } from 'zod';
import type { NodeDefinition } from '../node-type.ts';

export const CANVAS_COLORS = ['yellow', 'blue', 'green', 'pink', 'purple', 'gray'] as const;

export const groupConfig = z.strictObject({
  color: z.enum(CANVAS_COLORS).default('blue').meta({
    title: 'Colour',
    description: 'Of the frame.',
  }),
});
export type GroupConfig = z.output<typeof groupConfig>;

export const groupDefinition: NodeDefinition<typeof groupConfig> = {
  type: 'group',
  title: 'Group',
  summary: 'A frame around nodes that belong together. It changes nothing in a run.',
  aliases: ['frame', 'section', 'box', 'cluster', 'area'],
  category: 'canvas',
  icon: 'BoxMultiple',
  config: groupConfig,
  defaults: { color: 'blue' },
  inputs: [],
  outputs: () => [],
  defaultTimeoutMs: 1_000,
  contains: 'frame',
  canvasOnly: true,
};
