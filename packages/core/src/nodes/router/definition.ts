import { z } from 'zod';
import { template } from '../../definition/fields.ts';
import { ERROR_PORT } from '../../definition/workflow-definition.ts';
import { modelIdSchema } from '../../models/model-call.ts';
import { DEFAULT_PORT } from '../condition/definition.ts';
import type { NodeDefinition } from '../node-type.ts';

const MAX_TIMEOUT_MS = 600_000;
const RESERVED: readonly string[] = [DEFAULT_PORT, ERROR_PORT];

export const routeSchema = z.strictObject({
  id: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be letters, digits, _ and -')
    .refine((id) => !RESERVED.includes(id), 'is the name of another port')
    .meta({ title: 'Port id', placeholder: 'billing' }),
  label: z.string().max(120).default('').meta({
    title: 'Label',
    description: 'Shown at the port. Empty: the port id.',
  }),
  condition: template({
    title: 'Condition',
    description: 'By rules: the route is taken when this is true.',
    multiline: false,
    placeholder: '{{ previous.amount > 100 }}',
  }).default(''),
  description: z.string().max(2_000).default('').meta({
    title: 'Description',
    description: 'By a model: what belongs here, in words.',
    widget: 'textarea',
    multiline: true,
    placeholder: 'Questions about invoices, payments and refunds',
  }),
});
export type Route = z.output<typeof routeSchema>;

export const routerConfig = z.strictObject({
  mode: z.enum(['rules', 'model']).default('rules').meta({
    title: 'Decided by',
    description: 'rules: each route has a condition. model: a language model reads the descriptions of the routes.',
  }),
  routes: z
    .array(routeSchema)
    .max(50)
    .refine((routes) => new Set(routes.map(({ id }) => id)).size === routes.length, 'two routes have the same port id')
    .default([])
    // No description: the words of the routes' own field of that name stand in its place.
    .meta({ title: 'Routes' }),
  allowSeveral: z.boolean().default(false).meta({
    title: 'Several at once',
    description: 'Takes every route that fits, instead of the first.',
  }),
  subject: template({
    title: 'What is routed',
    description: 'What the model decides about.',
    visibleWhen: { field: 'mode', equals: 'model' },
  })
    .min(1)
    .default('{{ previous }}'),
  instructions: template({
    title: 'Instructions',
    description: 'What else the model should know for its decision.',
    placeholder: 'When in doubt, prefer a person.',
    visibleWhen: { field: 'mode', equals: 'model' },
  }).default(''),
  model: modelIdSchema.default('auto').meta({
    title: 'Model',
    description: 'auto takes the workspace’s default model. A small one is enough for most routing.',
    widget: 'model',
    visibleWhen: { field: 'mode', equals: 'model' },
  }),
  timeoutMs: z
    .int()
    .min(1_000)
    .max(MAX_TIMEOUT_MS)
    .default(30_000)
    .meta({
      title: 'Timeout',
      description: 'How long the model may take, in milliseconds.',
      visibleWhen: { field: 'mode', equals: 'model' },
    }),
});
export type RouterConfig = z.output<typeof routerConfig>;

export const routerDefinition: NodeDefinition<typeof routerConfig> = {
  type: 'router',
  title: 'Router',
  summary: 'Sends what comes in down one of several routes, by rules or by a model.',
  aliases: ['route', 'classify', 'dispatch', 'switch', 'triage', 'branch', 'decide'],
  category: 'flow',
  icon: 'ArrowsSplit',
  config: routerConfig,
  defaults: {
    mode: 'rules',
    routes: [],
    allowSeveral: false,
    subject: '{{ previous }}',
    instructions: '',
    model: 'auto',
    timeoutMs: 30_000,
  },
  inputs: [{ id: 'in', label: 'Input' }],
  outputs: ({ routes }) => [
    ...routes.map(({ id, label }) => ({ id, label: label || id })),
    { id: DEFAULT_PORT, label: 'Otherwise' },
  ],
  defaultTimeoutMs: MAX_TIMEOUT_MS + 30_000,
};
