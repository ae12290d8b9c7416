import { z } from 'zod';
import { MAX_FIELD_LENGTH, template } from '../../definition/fields.ts';
import { modelIdSchema } from '../../models/model-call.ts';
import type { NodeDefinition } from '../node-type.ts';

const MAX_TIMEOUT_MS = 600_000;

const isPattern = (pattern: string): boolean => {
  try {
    new RegExp(pattern, 'u');
    return true;
  } catch {
    return false;
  }
};

/** The field that says what a criterion of this kind asks for. */
const SAYS = { model: 'description', schema: 'schema', regex: 'pattern', code: 'source' } as const;

export const criterionSchema = z
  .strictObject({
    kind: z.enum(['model', 'schema', 'regex', 'code']).default('model').meta({
      title: 'Judged by',
      description: 'model: a language model. schema: JSON Schema. regex: a pattern. code: your JavaScript.',
    }),
    name: z.string().max(120).default('').meta({
      title: 'Name',
      description: 'Stands before the reasons.',
      placeholder: 'Tone',
    }),
    weight: z.number().min(0).max(100).default(1).meta({
      title: 'Weight',
      description: 'How much it counts beside the others.',
    }),
    description: template({
      title: 'Criterion',
      description: 'What a good output is like. The model gives a score from 0 to 1.',
      placeholder: 'Answers every question of the customer, politely and without promises',
      visibleWhen: { field: 'kind', equals: 'model' },
    }).default(''),
    schema: z
      .string()
      .max(MAX_FIELD_LENGTH)
      .default('')
      .meta({
        title: 'JSON Schema',
        description: 'What the output has to satisfy. Text is read as JSON first.',
        widget: 'json',
        multiline: true,
        placeholder: '{ "type": "object", "required": ["title"] }',
        visibleWhen: { field: 'kind', equals: 'schema' },
      }),
    pattern: z
      .string()
      .max(1_000)
      .refine(isPattern, 'must be a regular expression')
      .default('')
      .meta({
        title: 'Pattern',
        description: 'A regular expression that the output, as text, has to match somewhere.',
        placeholder: '^Dear ',
        visibleWhen: { field: 'kind', equals: 'regex' },
      }),
    source: z
      .string()
      .max(MAX_FIELD_LENGTH)
      .default('')
      .meta({
        title: 'JavaScript',
        description:
          'Sees the output as previous. Return true or false, a score from 0 to 1, or { score, reasons, feedback }.',
        widget: 'code',
        multiline: true,
        placeholder: 'return previous.length < 500;',
        visibleWhen: { field: 'kind', equals: 'code' },
      }),
  })
  .superRefine((criterion, context) => {
    const field = SAYS[criterion.kind];
    if (criterion[field].trim() === '')
      context.addIssue({ code: 'custom', path: [field], message: 'must not be empty' });
  });
export type Criterion = z.output<typeof criterionSchema>;

const FIRST_CRITERION = criterionSchema.parse({ description: 'Does all that was asked, correctly and clearly.' });

export const evaluateConfig = z.strictObject({
  judged: z.string().max(64).default('').meta({
    title: 'What is judged',
    description: 'The step whose output is judged, and which runs again. Empty: the one that leads here.',
    widget: 'step',
  }),
  criteria: z
    .array(criterionSchema)
    .min(1)
    .max(20)
    .default([FIRST_CRITERION])
    // No description: the words of the criteria's own field of that name stand in its place.
    .meta({ title: 'Criteria' }),
  threshold: z.number().min(0).max(1).default(0.8).meta({
    title: 'Passes from',
    description: 'The score, from 0 to 1, that is good enough.',
  }),
  maxRounds: z.int().min(1).max(20).default(3).meta({
    title: 'Most rounds',
    description: 'How often the step may run, the first time included. 1: it is judged only.',
  }),
  maxCostUsd: z.number().min(0).max(1_000).default(0).meta({
    title: 'Cost limit',
    description: 'No more rounds once judging has cost this much in US dollars, all rounds together. 0: no limit.',
  }),
  onExhausted: z.enum(['branch', 'fail']).default('branch').meta({
    title: 'When it does not pass',
    description: 'After the last round. branch: takes the port “Failed”. fail: the step fails.',
  }),
  model: modelIdSchema.default('auto').meta({
    title: 'Model',
    description: 'Judges the criteria that a model judges. Best another one than the one it judges.',
    widget: 'model',
  }),
  timeoutMs: z.int().min(1_000).max(MAX_TIMEOUT_MS).default(60_000).meta({
    title: 'Timeout',
    description: 'How long one model call may take, in milliseconds.',
  }),
});
export type EvaluateConfig = z.output<typeof evaluateConfig>;

export const evaluateDefinition: NodeDefinition<typeof evaluateConfig> = {
  type: 'evaluate',
  title: 'Evaluate',
  summary: 'Judges a step’s output and sends it back to be improved until it is good enough.',
  aliases: ['judge', 'review', 'critic', 'feedback', 'score', 'quality', 'check', 'reflect', 'improve'],
  category: 'ai',
  icon: 'Checklist',
  config: evaluateConfig,
  defaults: {
    judged: '',
    criteria: [FIRST_CRITERION],
    threshold: 0.8,
    maxRounds: 3,
    maxCostUsd: 0,
    onExhausted: 'branch',
    model: 'auto',
    timeoutMs: 60_000,
  },
  inputs: [{ id: 'in', label: 'Input' }],
  outputs: () => [
    { id: 'pass', label: 'Passed' },
    { id: 'fail', label: 'Failed' },
  ],
  defaultTimeoutMs: 3_600_000,
  judged: ({ judged }) => judged || undefined,
};
