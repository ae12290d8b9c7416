import { z } from 'zod';
import { template } from '../../definition/fields.ts';
import { ERROR_PORT } from '../../definition/workflow-definition.ts';
import type { NodeDefinition, Port } from '../node-type.ts';

/** Taken when the deadline passes under `onDeadline: branch`. */
export const EXPIRED_PORT = 'expired';
const RESERVED: readonly string[] = [EXPIRED_PORT, ERROR_PORT];
const MINUTES_PER_YEAR = 525_600;

const hasOwnNames = (names: string[]): boolean => new Set(names).size === names.length;

export const humanChoiceSchema = z.strictObject({
  id: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be letters, digits, _ and -')
    .refine((id) => !RESERVED.includes(id), 'is the name of another port')
    .meta({ title: 'Port id', placeholder: 'publish' }),
  label: z.string().max(200).default('').meta({
    title: 'Label',
    description: 'What the button says. Empty: the port id.',
  }),
});

export const humanFormFieldSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/, 'must be letters, digits and _')
      .meta({
        title: 'Name',
        description: 'How expressions refer to it: {{ previous.values.<name> }}.',
        placeholder: 'reason',
      }),
    label: z.string().max(200).default('').meta({
      title: 'Label',
      description: 'What the form shows. Empty: the name.',
    }),
    type: z.enum(['text', 'long_text', 'number', 'boolean', 'choice']).default('text').meta({ title: 'Type' }),
    required: z.boolean().default(false).meta({ title: 'Required' }),
    options: z
      .array(z.string().min(1).max(200).meta({ title: 'Option' }))
      .max(50)
      .default([])
      .meta({
        title: 'Options',
        description: 'What there is to choose from.',
        visibleWhen: { field: 'type', equals: 'choice' },
      }),
  })
  .refine(({ type, options }) => type !== 'choice' || options.length > 0, {
    path: ['options'],
    message: 'must have at least 1 entry',
  });

export const humanConfig = z
  .strictObject({
    kind: z.enum(['approval', 'choice', 'form']).default('approval').meta({
      title: 'Asks for',
      description: 'approval: yes or no. choice: one of several. form: values that a person fills in.',
    }),
    title: template({
      title: 'Question',
      description: 'In one sentence; it heads the request.',
      multiline: false,
      placeholder: 'May this reply go out?',
    })
      .min(1)
      .default('Please decide'),
    message: template({
      title: 'Message',
      description: 'What the person needs to know, as Markdown.',
      placeholder: 'Draft:\n\n{{ previous }}',
    }).default('{{ previous }}'),
    choices: z
      .array(humanChoiceSchema)
      .max(50)
      .refine((choices) => hasOwnNames(choices.map(({ id }) => id)), 'two choices have the same port id')
      .default([])
      .meta({
        title: 'Choices',
        description: 'Each has a port.',
        visibleWhen: { field: 'kind', equals: 'choice' },
      }),
    fields: z
      .array(humanFormFieldSchema)
      .max(50)
      .refine((fields) => hasOwnNames(fields.map(({ name }) => name)), 'two fields have the same name')
      .default([])
      .meta({
        title: 'Fields',
        description: 'What the person fills in.',
        visibleWhen: { field: 'kind', equals: 'form' },
      }),
    deadlineMinutes: z.number().min(0).max(MINUTES_PER_YEAR).default(0).meta({
      title: 'Deadline',
      description: 'How long to wait for an answer, in minutes. 0: for ever.',
    }),
    onDeadline: z.enum(['fail', 'branch', 'continue']).default('fail').meta({
      title: 'At the deadline',
      description:
        'fail: the step fails. branch: it takes the port “Expired”. continue: it goes on with a given answer.',
    }),
    answer: template({
      title: 'Answer at the deadline',
      description:
        'true or false, the port id of a choice, or an expression that gives an object with the form’s values.',
      multiline: false,
      placeholder: 'false',
      visibleWhen: { field: 'onDeadline', equals: 'continue' },
    }).default(''),
  })
  // A choice without any could never be answered.
  .refine(({ kind, choices }) => kind !== 'choice' || choices.length > 0, {
    path: ['choices'],
    message: 'must have at least 1 entry',
  });
export type HumanConfig = z.output<typeof humanConfig>;

const APPROVAL_PORTS: Port[] = [
  { id: 'approved', label: 'Approved' },
  { id: 'rejected', label: 'Rejected' },
];

const answerPorts = ({ kind, choices }: HumanConfig): Port[] => {
  if (kind === 'approval') return APPROVAL_PORTS;
  if (kind === 'choice') return choices.map(({ id, label }) => ({ id, label: label || id }));
  return [{ id: 'out', label: 'Answer' }];
};

export const humanDefinition: NodeDefinition<typeof humanConfig> = {
  type: 'human',
  title: 'Person',
  summary: 'Waits for a person to approve, to choose or to fill in a form.',
  aliases: ['human', 'approval', 'review', 'approve', 'form', 'ask', 'wait', 'manual'],
  category: 'flow',
  icon: 'UserCheck',
  config: humanConfig,
  defaults: {
    kind: 'approval',
    title: 'Please decide',
    message: '{{ previous }}',
    choices: [],
    fields: [],
    deadlineMinutes: 0,
    onDeadline: 'fail',
    answer: '',
  },
  inputs: [{ id: 'in', label: 'Input' }],
  outputs: (config) => [
    ...answerPorts(config),
    ...(config.deadlineMinutes > 0 && config.onDeadline === 'branch' ? [{ id: EXPIRED_PORT, label: 'Expired' }] : []),
  ],
  // Where waiting holds nothing the step ends meanwhile; this limits hosts that wait in their own process.
  defaultTimeoutMs: 86_400_000,
};
