import { z } from 'zod';
import { template } from '../../definition/fields.ts';
import type { NodeDefinition } from '../node-type.ts';

/** Each item is at least one stored step. */
export const MAX_ITEMS = 10_000;

export const mapConfig = z.strictObject({
  list: template({
    title: 'List',
    description: 'What to go through: an expression that gives a list.',
    multiline: false,
    placeholder: '{{ previous.items }}',
  })
    .min(1)
    .default('{{ previous }}'),
  maxParallel: z.int().min(1).max(64).default(5).meta({
    title: 'At the same time',
    description: 'How many items are worked on at once. 1: one after the other.',
  }),
  onItemError: z.enum(['fail', 'skip', 'null']).default('fail').meta({
    title: 'When an item fails',
    description: 'fail: the step fails. skip: its result is left out. null: its result is null.',
  }),
});
export type MapConfig = z.output<typeof mapConfig>;

export const mapDefinition: NodeDefinition<typeof mapConfig> = {
  type: 'map',
  title: 'Map',
  summary: 'Does what is inside it for each item of a list.',
  aliases: ['for each', 'foreach', 'iterate', 'list', 'batch', 'parallel', 'items'],
  category: 'flow',
  icon: 'Stack2',
  config: mapConfig,
  defaults: { list: '{{ previous }}', maxParallel: 5, onItemError: 'fail' },
  inputs: [{ id: 'in', label: 'Input' }],
  outputs: () => [{ id: 'out', label: 'Results' }],
  defaultTimeoutMs: 86_400_000,
  contains: 'body',
};
