import type { WorkflowEdge, WorkflowNode } from '@agentweaver/core/definition/workflow-definition';
import { getNodeDefinition } from '@agentweaver/core/nodes/definitions';

type Graph = { nodes: readonly WorkflowNode[]; edges: readonly WorkflowEdge[] };

/** The step that each evaluation judges and may send round again: the one it names, or its only predecessor. */
export const judgedLinks = ({ nodes, edges }: Graph): { evaluation: string; judged: string }[] =>
  nodes.flatMap((node) => {
    const definition = getNodeDefinition(node.type);
    if (!definition?.judged) return [];
    const parsed = definition.config.safeParse(node.config);
    // A config that is half typed still says whom it means.
    const named = parsed.success ? definition.judged(parsed.data) : node.config.judged;
    const sources = [...new Set(edges.filter((edge) => edge.target === node.id).map((edge) => edge.source))];
    const judged = typeof named === 'string' && named !== '' ? named : sources.length === 1 ? sources[0] : undefined;
    return judged !== undefined && judged !== node.id && nodes.some((other) => other.id === judged)
      ? [{ evaluation: node.id, judged }]
      : [];
  });
