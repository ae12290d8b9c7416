import type { WorkflowDefinition } from '@agentweaver/core/definition/workflow-definition';
import type { StepView } from '../execution-view.ts';

const notStarted = ({ id, type, name }: WorkflowDefinition['nodes'][number]): StepView => ({
  nodeId: id,
  nodeType: type,
  nodeName: name,
  status: 'pending',
  attempts: 0,
  ports: [],
  error: null,
  reason: null,
  model: null,
  inputTokens: 0,
  outputTokens: 0,
  costUsd: 0,
  startedAt: null,
  completedAt: null,
  durationMs: null,
});

/** Every node as a step: in the order they started, then those that have not, in the order of the definition. */
export const listSteps = (definition: WorkflowDefinition, known: Readonly<Record<string, StepView>>): StepView[] =>
  definition.nodes
    .map((node, index) => ({ index, step: known[node.id] ?? notStarted(node) }))
    .sort((a, b) => {
      const from = a.step.startedAt?.getTime() ?? Number.POSITIVE_INFINITY;
      const to = b.step.startedAt?.getTime() ?? Number.POSITIVE_INFINITY;
      return from === to ? a.index - b.index : from - to;
    })
    .map(({ step }) => step);
