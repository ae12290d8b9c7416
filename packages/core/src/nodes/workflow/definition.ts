import { z } from 'zod';
import { template } from '../../definition/fields.ts';
import type { NodeDefinition } from '../node-type.ts';

export const workflowConfig = z.strictObject({
  workflow: z.string().max(200).default('').meta({
    title: 'Workflow',
    description: 'Which workflow of this workspace runs. Its published version, or its draft when none is published.',
    widget: 'workflow',
  }),
  input: template({
    title: 'Input',
    description: 'What it gets: an expression that gives an object with the fields of its Input node.',
    placeholder: '{{ { "topic": previous.title } }}',
  }).default('{{ previous }}'),
});
export type WorkflowConfig = z.output<typeof workflowConfig>;

export const workflowDefinition: NodeDefinition<typeof workflowConfig> = {
  type: 'workflow',
  title: 'Workflow',
  summary: 'Runs another workflow as one step and hands on its results.',
  aliases: ['sub-workflow', 'subflow', 'call', 'reuse', 'nested', 'child', 'module'],
  category: 'flow',
  icon: 'Sitemap',
  config: workflowConfig,
  defaults: { workflow: '', input: '{{ previous }}' },
  inputs: [{ id: 'in', label: 'Input' }],
  outputs: () => [{ id: 'out', label: 'Results' }],
  defaultTimeoutMs: 86_400_000,
};
