import { z } from 'zod';
import { template } from '../../definition/fields.ts';
import type { NodeDefinition, Port } from '../node-type.ts';

/** The port that a switch takes when no case matches; no case may have this id. */
export const DEFAULT_PORT = 'default';

export const conditionCaseSchema = z.strictObject({
  id: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be letters, digits, _ and -')
    .refine((id) => id !== DEFAULT_PORT, `"${DEFAULT_PORT}" is the port for everything else`)
    .meta({ title: 'Port id', placeholder: 'billing' }),
  label: z.string().max(120).default('').meta({
    title: 'Label',
    description: 'Shown at the port. Empty: the value.',
  }),
  equals: template({
    title: 'Equals',
    multiline: false,
    placeholder: 'billing',
  }).default(''),
});

export const conditionConfig = z.strictObject({
  mode: z.enum(['if', 'switch']).default('if').meta({
    title: 'Mode',
    description: 'if: true or false. switch: one port for each case and one for everything else.',
  }),
  condition: template({
    title: 'Condition',
    description: 'Decides between true and false. Empty, 0, "false", null and empty lists count as false.',
    multiline: false,
    placeholder: '{{ input.amount > 100 }}',
    visibleWhen: { field: 'mode', equals: 'if' },
  }).default('{{ previous }}'),
  value: template({
    title: 'Value',
    description: 'Compared with each case, from the top; upper and lower case do not matter.',
    multiline: false,
    placeholder: '{{ previous.category }}',
    visibleWhen: { field: 'mode', equals: 'switch' },
  }).default('{{ previous }}'),
  cases: z
    .array(conditionCaseSchema)
    .max(50)
    .refine((cases) => new Set(cases.map((one) => one.id)).size === cases.length, 'two cases have the same port id')
    .default([])
    .meta({
      title: 'Cases',
      description: 'The first case that is equal to the value is taken.',
      visibleWhen: { field: 'mode', equals: 'switch' },
    }),
});
export type ConditionConfig = z.output<typeof conditionConfig>;

const IF_PORTS: Port[] = [
  { id: 'true', label: 'True' },
  { id: 'false', label: 'False' },
];

export const conditionDefinition: NodeDefinition<typeof conditionConfig> = {
  type: 'condition',
  title: 'Condition',
  summary: 'Takes one of several branches.',
  aliases: ['if', 'else', 'switch', 'branch', 'router', 'decision', 'filter', 'case'],
  category: 'flow',
  icon: 'GitBranch',
  config: conditionConfig,
  defaults: {
    mode: 'if',
    condition: '{{ previous }}',
    value: '{{ previous }}',
    cases: [],
  },
  inputs: [{ id: 'in', label: 'Input' }],
  outputs: (config) =>
    config.mode === 'if'
      ? IF_PORTS
      : [
          ...config.cases.map((one) => ({
            id: one.id,
            label: one.label || one.equals || one.id,
          })),
          { id: DEFAULT_PORT, label: 'Otherwise' },
        ],
  defaultTimeoutMs: 30_000,
  onlyEvaluates: true,
};
