import { z } from 'zod';
import { MAX_FIELD_LENGTH, template } from '../../definition/fields.ts';
import { modelIdSchema } from '../../models/model-call.ts';
import type { NodeDefinition } from '../node-type.ts';

const MAX_TIMEOUT_MS = 3_600_000;

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
  model: modelIdSchema.default('auto').meta({
    title: 'Model',
    description: 'auto takes the workspace’s default model and says why it was chosen.',
    widget: 'model',
  }),
  personality: z.string().max(2_000).default('helpful, professional').meta({
    title: 'Personality',
    description: 'Tone and manner of the answer.',
  }),
  temperature: z.number().min(0).max(2).default(0.7).meta({
    title: 'Temperature',
    description: '0 is steady, 1 is varied. Models that take no temperature ignore it.',
  }),
  maxTokens: z.int().min(1).max(200_000).default(4_000).meta({
    title: 'Max tokens',
    description: 'The longest answer, in tokens.',
  }),
  timeoutMs: z.int().min(1_000).max(MAX_TIMEOUT_MS).default(30_000).meta({
    title: 'Timeout',
    description: 'How long one model call may take, in milliseconds.',
  }),
  outputSchema: z
    .string()
    .max(MAX_FIELD_LENGTH)
    .refine(isBlankOrJsonObject, 'must be a JSON Schema: a JSON object such as {"type":"object","properties":{…}}')
    .default('')
    .meta({
      title: 'Output schema',
      description: 'A JSON Schema. The answer is then an object that satisfies it, not text.',
      widget: 'json',
    }),
});
export type AgentConfig = z.output<typeof agentConfig>;

function isBlankOrJsonObject(text: string): boolean {
  if (text.trim() === '') return true;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

export const agentDefinition: NodeDefinition<typeof agentConfig> = {
  type: 'agent',
  title: 'Agent',
  summary: 'Asks a language model to do a task, in a role.',
  aliases: ['ai', 'llm', 'gpt', 'claude', 'gemini', 'chat', 'prompt', 'model', 'classify', 'summarise', 'write'],
  category: 'ai',
  icon: 'Robot',
  config: agentConfig,
  defaults: {
    role: 'Assistant',
    prompt: '{{ previous }}',
    model: 'auto',
    personality: 'helpful, professional',
    temperature: 0.7,
    maxTokens: 4_000,
    timeoutMs: 30_000,
    outputSchema: '',
  },
  inputs: [{ id: 'in', label: 'Input' }],
  outputs: () => [{ id: 'out', label: 'Output' }],
  // The config's own timeout limits the call; this only has to be longer.
  defaultTimeoutMs: MAX_TIMEOUT_MS + 10_000,
};
