import { z } from 'zod';
import { AGENT_DEFAULTS } from '../../agents/agent-task.ts';
import { template } from '../../definition/fields.ts';
import { jsonSchemaField } from '../../definition/json-schema-field.ts';
import { modelIdSchema } from '../../models/model-call.ts';
import { configuredToolsField } from '../../tools/configured-tool.ts';
import type { NodeDefinition } from '../node-type.ts';

const MAX_TIMEOUT_MS = 3_600_000;
/** Model calls of one run of an agent. */
export const MAX_AGENT_STEPS = 50;

export const agentConfig = z.strictObject({
  role: z.string().min(1).max(2_000).default('Assistant').meta({
    title: 'Role',
    description: 'Who the agent is and what it is responsible for.',
    placeholder: 'Senior support engineer',
  }),
  prompt: template({
    title: 'Prompt',
    description: 'What to do, with expressions for the data it works on.',
    placeholder: 'Summarise this text: {{ previous }}',
  })
    .min(1)
    .default('{{ previous }}'),
  model: modelIdSchema.default(AGENT_DEFAULTS.model).meta({
    title: 'Model',
    description: 'auto takes the workspace’s default model and says why it was chosen.',
    widget: 'model',
  }),
  personality: z.string().max(2_000).default(AGENT_DEFAULTS.personality).meta({
    title: 'Personality',
    description: 'Tone and manner of the answer.',
  }),
  temperature: z.number().min(0).max(2).default(AGENT_DEFAULTS.temperature).meta({
    title: 'Temperature',
    description: '0 is steady, 1 is varied. Models that take no temperature ignore it.',
  }),
  maxTokens: z.int().min(1).max(200_000).default(AGENT_DEFAULTS.maxTokens).meta({
    title: 'Max tokens',
    description: 'The longest answer, in tokens.',
  }),
  timeoutMs: z.int().min(1_000).max(MAX_TIMEOUT_MS).default(AGENT_DEFAULTS.timeoutMs).meta({
    title: 'Timeout',
    description: 'How long one model call may take, in milliseconds.',
  }),
  outputSchema: jsonSchemaField({
    title: 'Output schema',
    description: 'A JSON Schema. The answer is then an object that satisfies it, not text.',
  }),
  tools: configuredToolsField({
    title: 'Tools',
    description: 'What the agent may use while it works. It decides itself when.',
  }),
  maxSteps: z.int().min(1).max(MAX_AGENT_STEPS).default(AGENT_DEFAULTS.maxSteps).meta({
    title: 'Max steps',
    description: 'Model calls in one run. The last one has to answer without using tools any more.',
  }),
  images: template({
    title: 'Images',
    description:
      'An expression that gives images for the model to look at: paths of the run’s files, or { mediaType, data }.',
    placeholder: '{{ input.photos }}',
    multiline: false,
  }).default(''),
  fallbackModels: z
    // Blank lines are left out, so that a row just added is no mistake.
    .array(z.string().max(200).meta({ title: 'Model', widget: 'model' }))
    .max(5)
    .default([])
    .meta({
      title: 'Fallback models',
      description: 'Asked in this order when the model before cannot answer.',
    }),
  reasoningEffort: z.enum(['default', 'low', 'medium', 'high']).default('default').meta({
    title: 'Reasoning effort',
    description: 'How long a model that reasons may think. The others ignore it.',
  }),
  cacheTtlSeconds: z.int().min(0).max(2_592_000).default(0).meta({
    title: 'Cache',
    description: 'An answer to the same request that is at most this many seconds old is given again. 0: never.',
  }),
});
export type AgentConfig = z.output<typeof agentConfig>;

export const agentDefinition: NodeDefinition<typeof agentConfig> = {
  type: 'agent',
  title: 'Agent',
  summary: 'Asks a language model to do a task, in a role, with tools.',
  aliases: [
    'ai',
    'llm',
    'gpt',
    'claude',
    'gemini',
    'chat',
    'prompt',
    'model',
    'classify',
    'summarise',
    'write',
    'tools',
  ],
  category: 'ai',
  icon: 'Robot',
  config: agentConfig,
  defaults: {
    role: 'Assistant',
    prompt: '{{ previous }}',
    model: AGENT_DEFAULTS.model,
    personality: AGENT_DEFAULTS.personality,
    temperature: AGENT_DEFAULTS.temperature,
    maxTokens: AGENT_DEFAULTS.maxTokens,
    timeoutMs: AGENT_DEFAULTS.timeoutMs,
    outputSchema: '',
    tools: [],
    maxSteps: AGENT_DEFAULTS.maxSteps,
    images: '',
    fallbackModels: [],
    reasoningEffort: 'default',
    cacheTtlSeconds: 0,
  },
  inputs: [{ id: 'in', label: 'Input' }],
  outputs: () => [{ id: 'out', label: 'Output' }],
  // The config's own timeout limits each call; this limits them all together.
  defaultTimeoutMs: MAX_TIMEOUT_MS + 10_000,
};
