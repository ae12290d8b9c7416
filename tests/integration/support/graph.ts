import {
  type WorkflowDefinitionInput,
  workflowDefinitionSchema,
} from '@agentweaver/core/definition/workflow-definition';

type NodeInput = Omit<WorkflowDefinitionInput['nodes'][number], 'name'>;

/** Nodes and edges in short: `a>b`, `a.port>b`. */
export const graph = (nodes: NodeInput[], edges: string[], settings: WorkflowDefinitionInput['settings'] = {}) =>
  workflowDefinitionSchema.parse({
    nodes: nodes.map((node) => ({ name: `The ${node.id}`, ...node })),
    edges: edges.map((text, index) => {
      const [, source, sourcePort = 'out', target] = /^(\w+)(?:\.(\w+))?>(\w+)$/.exec(text) ?? [];
      return { id: `e${index}`, source, sourcePort, target };
    }),
    settings,
  });
