import { z } from 'zod';
import { template } from '../../definition/fields.ts';
import type { NodeDefinition } from '../node-type.ts';

export const loopConfig = z.strictObject({
  until: template({
    title: 'Until',
    description:
      'Ends the loop when it is true after a round. previous is the round’s output, index its number from 0.',
    multiline: false,
    placeholder: '{{ previous.score >= 0.8 }}',
  })
    .min(1)
    .default('{{ false }}'),
  maxRounds: z.int().min(1).max(1_000).default(10).meta({
    title: 'Most rounds',
    description: 'The loop never goes on after this many rounds.',
  }),
  onLimit: z.enum(['continue', 'fail']).default('continue').meta({
    title: 'At the limit',
    description: 'continue: hand on the last round’s output. fail: the step fails.',
  }),
});
export type LoopConfig = z.output<typeof loopConfig>;

export const loopDefinition: NodeDefinition<typeof loopConfig> = {
  type: 'loop',
  title: 'Loop',
  summary: 'Repeats what is inside it until a condition is met.',
  aliases: ['repeat', 'while', 'until', 'do', 'again', 'iterate', 'rounds'],
  category: 'flow',
  icon: 'Repeat',
  config: loopConfig,
  defaults: { until: '{{ false }}', maxRounds: 10, onLimit: 'continue' },
  inputs: [{ id: 'in', label: 'Input' }],
  outputs: () => [{ id: 'out', label: 'Output' }],
  defaultTimeoutMs: 86_400_000,
  contains: 'body',
};
