import { z } from 'zod';
import { template } from '../../definition/fields.ts';
import type { NodeDefinition } from '../node-type.ts';

export const outputConfig = z.strictObject({
  value: template({
    title: 'Value',
    description: 'What the workflow returns. A single {{ expression }} keeps its type.',
    placeholder: '{{ previous }}',
  }).default('{{ previous }}'),
});
export type OutputConfig = z.output<typeof outputConfig>;

export const outputDefinition: NodeDefinition<typeof outputConfig> = {
  type: 'output',
  title: 'Output',
  summary: 'What the workflow returns.',
  aliases: ['end', 'result', 'return', 'finish', 'answer'],
  category: 'flow',
  icon: 'Flag',
  config: outputConfig,
  defaults: { value: '{{ previous }}' },
  inputs: [{ id: 'in', label: 'Input' }],
  outputs: () => [],
  defaultTimeoutMs: 30_000,
  onlyEvaluates: true,
};
