import { z } from 'zod';
import type { ToolDefinition } from '../tool.ts';

export const runWorkflowSettings = z.strictObject({
  workflow: z.string().trim().min(1, 'is missing: choose a workflow').max(200).meta({
    title: 'Workflow',
    description: 'Its published version runs, or its draft when none is published.',
    widget: 'workflow',
  }),
});
export type RunWorkflowSettings = z.output<typeof runWorkflowSettings>;

export const runWorkflowInput = z.strictObject({
  input: z.unknown().optional().meta({ description: 'The input of the workflow.' }),
});
export type RunWorkflowInput = z.output<typeof runWorkflowInput>;

export const runWorkflowTool: ToolDefinition<typeof runWorkflowInput, typeof runWorkflowSettings> = {
  name: 'run_workflow',
  title: 'Run workflow',
  description: 'Runs another workflow to its end and gives its results.',
  icon: 'SitemapFilled',
  input: runWorkflowInput,
  settings: runWorkflowSettings,
  defaults: { workflow: '' },
  touches: ['workflows'],
  // Its own steps decide what may be done again.
  isRepeatable: () => false,
};
