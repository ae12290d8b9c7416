import { z } from 'zod';
import { MAX_FIELD_LENGTH, template } from '../../definition/fields.ts';
import type { NodeDefinition } from '../node-type.ts';

export const transformConfig = z.strictObject({
  mode: z.enum(['template', 'jsonata']).default('template').meta({
    title: 'Mode',
    description: 'template: text with expressions in it. jsonata: one expression that builds any JSON.',
  }),
  template: template({
    title: 'Template',
    description: 'The text to produce. A single {{ expression }} keeps its type.',
    placeholder: 'Dear {{ input.name }}, …',
    visibleWhen: { field: 'mode', equals: 'template' },
  }).default('{{ previous }}'),
  expression: z
    .string()
    .min(1)
    .max(MAX_FIELD_LENGTH)
    .default('previous')
    .meta({
      title: 'JSONata expression',
      description: 'Sees input, previous and steps; written without {{ }}.',
      widget: 'jsonata',
      multiline: true,
      placeholder: 'previous.items[price > 10].{ "name": name }',
      visibleWhen: { field: 'mode', equals: 'jsonata' },
    }),
});
export type TransformConfig = z.output<typeof transformConfig>;

export const transformDefinition: NodeDefinition<typeof transformConfig> = {
  type: 'transform',
  title: 'Transform',
  summary: 'Reshapes data with a template or a JSONata expression.',
  aliases: ['template', 'jsonata', 'map', 'set', 'format', 'merge', 'json', 'text', 'filter'],
  category: 'data',
  icon: 'Transform',
  config: transformConfig,
  defaults: {
    mode: 'template',
    template: '{{ previous }}',
    expression: 'previous',
  },
  inputs: [{ id: 'in', label: 'Input' }],
  outputs: () => [{ id: 'out', label: 'Output' }],
  defaultTimeoutMs: 30_000,
  onlyEvaluates: true,
};
