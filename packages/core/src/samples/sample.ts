import {
  type WorkflowDefinition,
  type WorkflowDefinitionInput,
  workflowDefinitionSchema,
} from '../definition/workflow-definition.ts';

export type Sample = {
  id: string;
  name: { en: string; ja: string };
  description: { en: string; ja: string };
  definition: WorkflowDefinition;
  /** An input that shows what the workflow is for; also the defaults of its input fields. */
  exampleInput: Record<string, unknown>;
};

/** Column and row of the canvas grid: a node is about 240 × 96, with 80 between two. */
export const at = (column: number, row: number): { x: number; y: number } => ({ x: column * 320, y: row * 176 });

export const workflow = (definition: WorkflowDefinitionInput): WorkflowDefinition =>
  workflowDefinitionSchema.parse(definition);

/** An edge between default ports, or from a named one. */
export const edge = (source: string, target: string, sourcePort = 'out') => ({
  id: `${source}.${sourcePort}-${target}.in`,
  source,
  sourcePort,
  target,
  targetPort: 'in',
});
