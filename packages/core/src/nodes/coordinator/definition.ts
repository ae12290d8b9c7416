import { z } from 'zod';
import { AGENT_DEFAULTS } from '../../agents/agent-task.ts';
import { COORDINATOR_DEFAULTS, COORDINATOR_ID } from '../../agents/coordinator/specialist.ts';
import { template } from '../../definition/fields.ts';
import { jsonSchemaField } from '../../definition/json-schema-field.ts';
import { modelIdSchema } from '../../models/model-call.ts';
import { configuredToolsField } from '../../tools/configured-tool.ts';
import { MAX_AGENT_STEPS } from '../agent/definition.ts';
import type { NodeDefinition } from '../node-type.ts';

const MAX_TIMEOUT_MS = 3_600_000;

const specialistSchema = z.strictObject({
  id: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/, 'must be letters, digits and _, and start with a letter or _')
    .refine((id) => id !== COORDINATOR_ID, `must not be “${COORDINATOR_ID}”`)
    .meta({ title: 'ID', description: 'What messages and the plan call it.', placeholder: 'researcher' }),
  name: z.string().max(120).default('').meta({ title: 'Name', description: 'For people. Empty: the ID.' }),
  role: z.string().max(2_000).default('').meta({
    title: 'Role',
    description: 'Who it is and what it is responsible for. Its words count when parts are given out.',
    placeholder: 'Market researcher who finds and checks facts',
  }),
  skills: z
    .array(z.string().max(80).meta({ title: 'Skill' }))
    .max(20)
    .default([])
    .meta({
      title: 'Skills',
      description: 'What it is good at, a few words each. Parts go to who has the skills that they need.',
    }),
  model: modelIdSchema.default(AGENT_DEFAULTS.model).meta({ title: 'Model', widget: 'model' }),
  personality: z.string().max(2_000).default(AGENT_DEFAULTS.personality).meta({ title: 'Personality' }),
  temperature: z.number().min(0).max(2).default(AGENT_DEFAULTS.temperature).meta({ title: 'Temperature' }),
  maxTokens: z.int().min(1).max(200_000).default(AGENT_DEFAULTS.maxTokens).meta({ title: 'Max tokens' }),
  tools: configuredToolsField({ title: 'Tools', description: 'What it may use while it works.' }),
  maxSteps: z.int().min(1).max(MAX_AGENT_STEPS).default(AGENT_DEFAULTS.maxSteps).meta({
    title: 'Max steps',
    description: 'Model calls for one part.',
  }),
});

export const coordinatorConfig = z.strictObject({
  task: template({
    title: 'Task',
    description: 'What the team is to do, with expressions for the data it works on.',
    placeholder: 'Write a report about {{ input.topic }}',
  })
    .min(1)
    .default('{{ previous }}'),
  specialists: z.array(specialistSchema).max(20).default([]).meta({
    title: 'Specialists',
    description: 'The agents of the team.',
  }),
  role: z.string().min(1).max(2_000).default('Coordinator of a team of specialists').meta({
    title: 'Role',
    description: 'Who plans, and writes the answer from the results.',
  }),
  model: modelIdSchema.default(AGENT_DEFAULTS.model).meta({
    title: 'Model',
    description: 'Plans, and writes the answer.',
    widget: 'model',
  }),
  personality: z.string().max(2_000).default(AGENT_DEFAULTS.personality).meta({
    title: 'Personality',
    description: 'Tone and manner of the answer.',
  }),
  temperature: z.number().min(0).max(2).default(0.3).meta({
    title: 'Temperature',
    description: 'Of the plan and the answer. 0 is steady, 1 is varied.',
  }),
  maxTokens: z.int().min(1).max(200_000).default(AGENT_DEFAULTS.maxTokens).meta({
    title: 'Max tokens',
    description: 'The longest plan or answer, in tokens.',
  }),
  timeoutMs: z.int().min(1_000).max(MAX_TIMEOUT_MS).default(60_000).meta({
    title: 'Timeout',
    description: 'How long one model call may take, in milliseconds.',
  }),
  subtaskTimeoutMs: z.int().min(1_000).max(MAX_TIMEOUT_MS).default(COORDINATOR_DEFAULTS.subtaskTimeoutMs).meta({
    title: 'Time for a part',
    description: 'How long one specialist may take for one part, in milliseconds. Then the next best gets it.',
  }),
  maxSubtasks: z.int().min(1).max(30).default(COORDINATOR_DEFAULTS.maxSubtasks).meta({
    title: 'Max parts',
    description: 'Into how many parts the task may be split, over all rounds.',
  }),
  maxRounds: z.int().min(1).max(5).default(COORDINATOR_DEFAULTS.maxRounds).meta({
    title: 'Max rounds',
    description: 'From 2 on the coordinator looks at the results and may add parts that are missing.',
  }),
  maxAssignments: z.int().min(1).max(10).default(COORDINATOR_DEFAULTS.maxAssignments).meta({
    title: 'Max specialists per part',
    description: 'How many may try a part before it counts as failed.',
  }),
  maxParallel: z.int().min(1).max(20).default(COORDINATOR_DEFAULTS.maxParallel).meta({
    title: 'In parallel',
    description: 'Parts at the same time.',
  }),
  onSubtaskError: z.enum(['fail', 'continue']).default(COORDINATOR_DEFAULTS.onSubtaskError).meta({
    title: 'When nobody can do a part',
    description: 'Fail the step, or write the answer without that part.',
  }),
  outputSchema: jsonSchemaField({
    title: 'Output schema',
    description: 'A JSON Schema. The answer is then an object that satisfies it, not text.',
  }),
});
export type CoordinatorConfig = z.output<typeof coordinatorConfig>;

export const coordinatorDefinition: NodeDefinition<typeof coordinatorConfig> = {
  type: 'coordinator',
  title: 'Coordinator',
  summary: 'Splits a task among specialist agents and makes one answer of their results.',
  aliases: ['team', 'multi-agent', 'crew', 'manager', 'delegate', 'orchestrator', 'plan', 'specialists'],
  category: 'ai',
  icon: 'UsersGroup',
  config: coordinatorConfig,
  defaults: {
    task: '{{ previous }}',
    specialists: [
      specialistSchema.parse({
        id: 'researcher',
        name: 'Researcher',
        role: 'Finds facts and says where they come from',
        skills: ['research', 'analysis'],
      }),
      specialistSchema.parse({
        id: 'writer',
        name: 'Writer',
        role: 'Writes clear texts for people without prior knowledge',
        skills: ['writing', 'editing'],
      }),
    ],
    role: 'Coordinator of a team of specialists',
    model: AGENT_DEFAULTS.model,
    personality: AGENT_DEFAULTS.personality,
    temperature: 0.3,
    maxTokens: AGENT_DEFAULTS.maxTokens,
    timeoutMs: 60_000,
    ...COORDINATOR_DEFAULTS,
    outputSchema: '',
  },
  inputs: [{ id: 'in', label: 'Input' }],
  outputs: () => [{ id: 'out', label: 'Output' }],
  // The limits of calls and parts are the config's own; this ends them all together.
  defaultTimeoutMs: 2 * MAX_TIMEOUT_MS,
};
