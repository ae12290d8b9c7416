import { z } from 'zod';
import type { NodeDefinition } from '../node-type.ts';
import { INPUT_FIELD_TYPES, parseDefault } from './field-default.ts';

const fieldShape = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/, 'must be letters, digits and _, and start with a letter or _')
    .meta({
      title: 'Name',
      description: 'How expressions refer to it: {{ input.<name> }}.',
      placeholder: 'topic',
    }),
  label: z.string().max(120).default('').meta({
    title: 'Label',
    description: 'What the run form shows. Empty: the name.',
  }),
  type: z.enum(INPUT_FIELD_TYPES).default('text').meta({ title: 'Type' }),
  required: z.boolean().default(true).meta({ title: 'Required' }),
  default: z.string().max(20_000).default('').meta({
    title: 'Default',
    description: 'Used when the field is left out. Empty: no default. JSON fields take JSON.',
  }),
});

export const inputFieldSchema = fieldShape.refine(
  (field) => field.default.trim() === '' || parseDefault(field.type, field.default) !== undefined,
  { path: ['default'], message: 'is no value of the chosen type' },
);
export type InputField = z.output<typeof inputFieldSchema>;

export const inputConfig = z.strictObject({
  fields: z
    .array(inputFieldSchema)
    .max(50)
    .refine(
      (fields) => new Set(fields.map((field) => field.name)).size === fields.length,
      'two fields have the same name',
    )
    .default([])
    .meta({
      title: 'Fields',
      description: 'What a run asks for. Without fields, any JSON is accepted.',
    }),
});
export type InputConfig = z.output<typeof inputConfig>;

export const inputDefinition: NodeDefinition<typeof inputConfig> = {
  type: 'input',
  title: 'Input',
  summary: 'Where a run starts: the fields it asks for.',
  aliases: ['start', 'trigger', 'form', 'begin', 'parameters'],
  category: 'flow',
  icon: 'PlayerPlay',
  config: inputConfig,
  defaults: {
    fields: [
      {
        name: 'text',
        label: 'Text',
        type: 'long_text',
        required: true,
        default: '',
      },
    ],
  },
  inputs: [],
  outputs: () => [{ id: 'out', label: 'Output' }],
  defaultTimeoutMs: 10_000,
  onlyEvaluates: true,
};
